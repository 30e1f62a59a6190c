# Reference values of tests/golden/estimation.json. Run in this folder:
#   Rscript estimation.R > estimation.json
# The data are invented; survey is used as an independent program.
suppressMessages(library(survey))
options(digits = 15, survey.lonely.psu = "fail")
out <- list()
keep <- function(name, ...) out[[name]] <<- as.numeric(c(...))
se <- function(x) as.numeric(SE(x))

# strata with a finite population; stratum d is taken whole -------------------------------
a <- read.csv("estimation_audits.csv")
d <- svydesign(id = ~1, strata = ~stratum, fpc = ~population, data = a)
keep("mean_weeks", coef(svymean(~weeks, d)), se(svymean(~weeks, d)), deff(svymean(~weeks, d, deff = TRUE)), degf(d))
keep("mean_weeks_ci", confint(svymean(~weeks, d), df = degf(d)))
keep("total_weeks", coef(svytotal(~weeks, d)), se(svytotal(~weeks, d)))
keep("ratio", coef(svyratio(~weeks, ~score, d)), se(svyratio(~weeks, ~score, d)))
keep("good", coef(svymean(~good, d)), se(svymean(~good, d)), deff(svymean(~good, d, deff = TRUE)))
for (m in c("logit", "likelihood", "asin", "beta", "mean", "xlogit"))
  keep(paste0("good_", m), attr(svyciprop(~good, d, method = m), "ci"))
keep("good_beta_90", attr(svyciprop(~good, d, method = "beta", level = 0.9), "ci"))
b <- svyby(~good, ~team, d, svymean, covmat = TRUE)
keep("team_good", coef(b)); keep("team_good_se", se(b))
keep("team_degf", sapply(c("T1", "T2", "T3"), function(t) degf(subset(d, team == t))))
keep("team_beta", t(sapply(c("T1", "T2", "T3"), function(t)
  attr(svyciprop(~good, subset(d, team == t), method = "beta"), "ci"))))
keep("team_deff", deff(svyby(~good, ~team, d, svymean, deff = TRUE)))
x <- svycontrast(b, c(T1 = 1, T2 = -1)); keep("team_contrast", coef(x), se(x))
b <- svyby(~weeks, ~team, d, svytotal); keep("team_weeks", coef(b)); keep("team_weeks_se", se(b))
r <- svyby(~weeks, ~team, denominator = ~score, d, svyratio); keep("team_ratio", coef(r)); keep("team_ratio_se", se(r))
s <- svymean(~factor(score), d); keep("scores", coef(s)); keep("scores_se", se(s))
w <- svydesign(id = ~1, strata = ~stratum, weights = ~I(population / ave(population, stratum, FUN = length)), data = a)
keep("mean_weeks_without_fpc", coef(svymean(~weeks, w)), se(svymean(~weeks, w)))

# calibration -------------------------------------------------------------------------------
margin_g <- data.frame(gender = c("F", "M"), Freq = c(48, 64))
margin_t <- data.frame(team = c("T1", "T2", "T3"), Freq = c(33, 37, 42))
p <- postStratify(d, ~gender, margin_g)
keep("post_weights", weights(p)); keep("post_good", coef(svymean(~good, p)), se(svymean(~good, p)))
keep("post_weeks", coef(svytotal(~weeks, p)), se(svytotal(~weeks, p)))
totals <- c(`(Intercept)` = 112, genderM = 64, teamT2 = 37, teamT3 = 42)
k <- function(...) calibrate(d, ~ gender + team, totals, epsilon = 1e-12, maxit = 200, ...)
for (m in c("linear", "raking")) {
  q <- k(calfun = m)
  keep(paste0(m, "_weights"), weights(q)); keep(paste0(m, "_good"), coef(svymean(~good, q)), se(svymean(~good, q)))
  keep(paste0(m, "_weeks"), coef(svytotal(~weeks, q)), se(svytotal(~weeks, q)))
}
q <- k(calfun = "logit", bounds = c(0.6, 1.8)); keep("logit_weights", weights(q))
keep("logit_good", coef(svymean(~good, q)), se(svymean(~good, q)))
q <- rake(d, list(~gender, ~team), list(margin_g, margin_t), control = list(maxit = 5000, epsilon = 1e-12))
keep("rake_weights", weights(q)); keep("rake_good", coef(svymean(~good, q)), se(svymean(~good, q)))
q <- calibrate(d, ~ weeks, c(`(Intercept)` = 112, weeks = 5900)); keep("regression_good", coef(svymean(~good, q)), se(svymean(~good, q)))
b <- svyby(~good, ~team, p, svymean); keep("post_team_good", coef(b)); keep("post_team_good_se", se(b))

# families as clusters: 12 of 40 -----------------------------------------------------------
f <- read.csv("estimation_families.csv"); f$families <- 40
d <- svydesign(id = ~family, fpc = ~families, data = f)
keep("family_good", coef(svymean(~good, d)), se(svymean(~good, d)), deff(svymean(~good, d, deff = TRUE)), degf(d))
keep("family_beta", attr(svyciprop(~good, d, method = "beta"), "ci"))
keep("family_weeks", coef(svytotal(~weeks, d)), se(svytotal(~weeks, d)))

# strata with one case ----------------------------------------------------------------------
l <- read.csv("estimation_lonely.csv")
d <- svydesign(id = ~1, strata = ~stratum, fpc = ~population, data = l)
for (rule in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  keep(paste0("lonely_", rule), coef(svymean(~weeks, d)), se(svymean(~weeks, d)), se(svytotal(~weeks, d)), degf(d))
}

# two phases --------------------------------------------------------------------------------
# With strata of different sizes in the first phase, survey 4.1.1 puts one size into all joint
# probabilities (see d$dcheck$phase1), so the references have one stratum, or two of 14.
m <- read.csv("estimation_phases.csv"); m$keep <- m$moderated == 1
m$all <- 125; m$half <- rep(c("a", "b"), each = 14); m$halves <- ifelse(m$half == "a", 70, 55)
phases <- function(strata, fpc) twophase(id = list(~1, ~1), strata = list(strata, ~auditor),
  fpc = list(fpc, NULL), subset = ~keep, data = m, method = "full")
for (name in c("plain", "halves")) {
  d <- if (name == "plain") phases(NULL, ~all) else phases(~half, ~halves)
  x <- svymean(~moderated_score, d); keep(paste0("phases_", name), coef(x), se(x))
  x <- svytotal(~moderated_score, d); v <- vcov(x)
  keep(paste0("phases_", name, "_total"), coef(x), attr(v, "phases")$phase1, attr(v, "phases")$phase2)
}
q <- calibrate(phases(NULL, ~all), phase = 2, formula = ~audited, calfun = "linear")
x <- svymean(~moderated_score, q); keep("phases_regression", coef(x), se(x))

number <- function(x) paste(formatC(x, digits = 15, format = "g"), collapse = ", ")
cat("{\n \"session\": \"", R.version.string, "; survey ", as.character(packageVersion("survey")),
    "; tests/golden/estimation.R over the estimation_*.csv beside it\",\n", sep = "")
lines <- sapply(names(out), function(n) paste0(" \"", n, "\": [", number(out[[n]]), "]"))
cat(paste(lines, collapse = ",\n"), "\n}\n", sep = "")
