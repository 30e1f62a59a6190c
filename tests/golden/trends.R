# Limits of invented series by qicharts2 0.8.1 (its R/helper.functions.R alone; GPL, run and not copied)
# and the normal values behind the snapshots of NHSRplotthedots 0.2.2.
# Rscript trends.R path/to/helper.functions.R > values.json
source(commandArgs(trailingOnly = TRUE)[1])
library(jsonlite)
count <- c(7, 4, 9, 5, 6, 11, 3, 8, 6, 5, 7, 22, 6, 4, 8, 9, 5, 7, 6, 10)
whole <- c(40, 35, 52, 41, 38, 60, 33, 47, 39, 36, 44, 58, 37, 31, 49, 50, 34, 45, 42, 55)
lines <- function(fun, y, n, screen = FALSE, base = rep(TRUE, length(y))) {
  options(qic.screenedmr = screen)
  x <- data.frame(x = seq_along(y), y = y / n, y.sum = y, n = n, cl = NA_real_,
                  baseline = base, include = TRUE)
  if (identical(fun, qic.c)) x$y <- y
  r <- fun(x)
  list(centre = r$cl[1], low = r$lcl, high = r$ucl)
}
one <- rep(1, 20)
first <- seq_along(count) <= 12
out <- list(
  count = count, whole = whole,
  xmr = lines(qic.i, count, one), xmr_screened = lines(qic.i, count, one, TRUE),
  xmr_first_12 = lines(qic.i, count, one, FALSE, first),
  c = lines(qic.c, count, one), u = lines(qic.u, count, whole), p = lines(qic.p, count, whole),
  u_prime = lines(qic.up, count, whole), u_prime_screened = lines(qic.up, count, whole, TRUE),
  p_prime = lines(qic.pp, count, whole), p_prime_screened = lines(qic.pp, count, whole, TRUE),
  p_prime_first_12 = lines(qic.pp, count, whole, FALSE, first)
)
set.seed(123)
out$normal <- rnorm(20)
runs <- list()
for (n in c(10, 11, 12, 16, 20, 23, 24, 30, 36, 47, 48, 60, 90, 91, 100, 120)) {
  runs[[length(runs) + 1]] <- c(n, round(log2(n)) + 3, qbinom(.05, n - 1, .5))
}
out$runs <- runs
cat(toJSON(out, auto_unbox = TRUE, digits = 14))
