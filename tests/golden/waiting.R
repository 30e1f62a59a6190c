# Time to re-referral by Cox's model with errors by family: R 4.2.2, survival 3.5.3.
# Rscript waiting.R; its figures are those of waiting.json.
library(survival)
place <- 0:179
family <- place %/% 3
source <- relevel(factor(c("A", "B", "C")[((place * 7) %/% 5) %% 3 + 1]), "B")
team <- relevel(factor(c("N", "S")[(place %/% 4) %% 2 + 1]), "S")
days <- 20 + (place * 37 + family * 11) %% 300 + ifelse(source == "A", 0, 60)
kind <- (place * place * 3 + family * 7) %% 11
came <- kind < 5
state <- factor(ifelse(came, 1, ifelse(kind == 5, 2, 0)), 0:2, c("waiting", "again", "care"))
for (width in c(1, 7)) {
  time <- width * (days %/% width)
  m <- coxph(Surv(time, came) ~ source + team, cluster = family, ties = "breslow")
  print(c(coef(m), sqrt(diag(vcov(m)))), digits = 12)
  v <- vcov(m)[1:2, 1:2]
  print(drop(coef(m)[1:2] %*% solve(v, coef(m)[1:2])) / 2, digits = 12)
  d <- data.frame(time, came, A = (source == "A") * 1, C = (source == "C") * 1,
                  N = (team == "N") * 1, family)
  half <- floor(median(time[came]))
  w <- survSplit(Surv(time, came) ~ ., d, cut = half, episode = "late")
  w$late <- w$late - 1
  m <- coxph(Surv(tstart, time, came) ~ A + C + N + A:late + C:late + N:late,
             cluster = family, data = w, ties = "breslow")
  v <- vcov(m)[4:5, 4:5]
  print(c(half, coef(m), drop(coef(m)[4:5] %*% solve(v, coef(m)[4:5])) / 2), digits = 12)
  s <- summary(survfit(Surv(time, state) ~ source, cluster = family), times = 250)
  print(c(s$pstate[, 2], s$std.err[, 2]), digits = 12)
}
