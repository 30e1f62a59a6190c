# Reference values typed into tests/test_change_overlap.py and tests/test_calibration.py: invented
# data, R 4.2.2 and survey as an independent program. Run: Rscript estimation_change.R
suppressMessages(library(survey)); options(digits=15)
d <- data.frame(k=1:9, b=c(3,5,9,1,2,7,4,6,2), a=c(4,5,7,1,3,9,6,6,1), g=strsplit("aabbabbab","")[[1]], N=80)
# the same calibrated cases twice: one row a case and period, the case is the cluster
long <- rbind(data.frame(k=d$k,t=0,y=d$b,g=d$g,N=80), data.frame(k=d$k,t=1,y=d$a,g=d$g,N=80))
des <- svydesign(ids=~k, fpc=~N, data=long)
cal <- calibrate(des, ~factor(paste(t,g))-1, c(30,50,30,50))
m <- svytotal(~I(y*(t==0)/80)+I(y*(t==1)/80), cal)
print(m); v<-vcov(m); print(v[1,2]/sqrt(v[1,1]*v[2,2])); print(svycontrast(m, c(-1,1)))
# overlap in part, no fpc: cases 1..9 before; 4..12 after, stratified
b <- data.frame(k=1:12, t=0, y=c(3,5,9,1,2,7,4,6,2,8,5,3), s=rep(c("p","q"),6), w=rep(c(10,20),6))
a <- data.frame(k=c(3:12,21,22), t=1, y=c(8,1,3,7,5,6,1,9,5,4,2,6), s=rep(c("p","q"),6), w=rep(c(10,20),6))
l2 <- rbind(b,a); des2 <- svydesign(ids=~k, strata=~s, weights=~w, data=l2)
m2 <- svyby(~y, ~t, des2, svymean, covmat=TRUE); print(m2)
v<-vcov(m2); print(v[1,2]/sqrt(v[1,1]*v[2,2])); print(svycontrast(m2, c(-1,1)))
# deleted residuals by lm
X<-model.matrix(~g-1,d); f<-lm(b~g-1,d); print(residuals(f)/(1-hatvalues(f)))
w<-c(1,2,3,1,2,3,1,2,3); f<-lm(b~g,d,weights=w); print(residuals(f)/(1-hatvalues(f)))
