# R 4.2.2, lme4 1.1-31. Run in this folder: Rscript crossed.R
suppressMessages(library(lme4))
options(digits = 12)
grades <- read.csv("crossed_grades.csv")
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
fit <- lmer(grade ~ 0 + standard + (1 | case_ref) + (1 | rater) + (1 | case_ref:standard),
            data = grades, REML = TRUE, control = tight)
print(REMLcrit(fit))
print(as.data.frame(VarCorr(fit))[, c("grp", "vcov")])
print(coef(summary(fit)))
shifts <- ranef(fit, condVar = TRUE)$rater
print(cbind(shifts, se = sqrt(attr(shifts, "postVar")[1, 1, ])))
one <- lmer(grade ~ 1 + (1 | case_ref) + (1 | rater),
            data = grades[grades$standard == "voice", ], control = tight)
print(REMLcrit(one)); print(as.data.frame(VarCorr(one))[, c("grp", "vcov")])
print(ranef(one)$rater)
