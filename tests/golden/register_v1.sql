-- A register of schema 1, made by the released 0.1.0 from tests/plan_factory.py:
-- a frame of 14 invented cases under plan_factory.KEY, 6 drawn, one audit back.
-- Head: 718e00d08d55f0af11e219a1f8d46afec48a70add3e0ea0e6803b8c079aed3c3
PRAGMA application_id = 1363235633;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE actions (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	action_id VARCHAR(200) NOT NULL, 
	replaces VARCHAR(200) NOT NULL, 
	audit_id VARCHAR(200) NOT NULL, 
	standard VARCHAR(200), 
	text TEXT, 
	owner VARCHAR(200), 
	due VARCHAR(200), 
	completed VARCHAR(200), 
	verified_by VARCHAR(200), 
	verified_date VARCHAR(200), 
	status VARCHAR(200), 
	impact_evidence TEXT, 
	PRIMARY KEY (event, line), 
	UNIQUE (action_id, replaces), 
	FOREIGN KEY(event) REFERENCES events (n)
);
CREATE TABLE answers (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	audit_id VARCHAR(200) NOT NULL, 
	standard VARCHAR(200) NOT NULL, 
	grade VARCHAR(200) NOT NULL, 
	evidence TEXT, 
	PRIMARY KEY (event, line), 
	UNIQUE (event, audit_id, standard), 
	FOREIGN KEY(event) REFERENCES events (n)
);
INSERT INTO "answers" VALUES(9,1,'A1','overall','Good',NULL);
CREATE TABLE assignments (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	draw_id VARCHAR(200) NOT NULL, 
	case_ref VARCHAR(200) NOT NULL, 
	auditor_id VARCHAR(200) NOT NULL, 
	auditor_role VARCHAR(200) NOT NULL, 
	moderator_id VARCHAR(200), 
	moderation_probability DOUBLE, 
	further TEXT, 
	PRIMARY KEY (event, line), 
	UNIQUE (draw_id, case_ref), 
	FOREIGN KEY(draw_id, case_ref) REFERENCES sampled_cases (draw_id, case_ref), 
	FOREIGN KEY(event) REFERENCES events (n)
);
INSERT INTO "assignments" VALUES(6,1,'2026-11-monthly','FFE7XXR6Q4CN3BTWX6FM3B7UVQ','S012','Independent Reviewing Officer',NULL,0.2,NULL);
INSERT INTO "assignments" VALUES(6,2,'2026-11-monthly','HW267KS67EOIAWEUA2PPHDQ3MQ','S007','Team Manager',NULL,0.2,NULL);
INSERT INTO "assignments" VALUES(6,3,'2026-11-monthly','L4U4TEY5RYTBBRSYX6LOZ2E2AN','S003','Team Manager',NULL,0.2,NULL);
INSERT INTO "assignments" VALUES(6,4,'2026-11-monthly','PHOIGO727YA2NEVKDI7OKAUCIK','S003','Team Manager',NULL,0.2,NULL);
INSERT INTO "assignments" VALUES(6,5,'2026-11-monthly','PI6JVNXQGB3C6U3GCYHRBGPZHI','S021','Service Delivery Manager','S030',0.2,NULL);
INSERT INTO "assignments" VALUES(6,6,'2026-11-monthly','TN7HYZG64E4ARWDNOWB437VKKB','S007','Team Manager',NULL,0.2,NULL);
CREATE TABLE audits (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	audit_id VARCHAR(200) NOT NULL, 
	replaces VARCHAR(200) NOT NULL, 
	draw_id VARCHAR(200), 
	case_ref VARCHAR(200) NOT NULL, 
	period VARCHAR(200) NOT NULL, 
	design VARCHAR(200) NOT NULL, 
	stratum TEXT, 
	team TEXT, 
	audit_type VARCHAR(200), 
	auditor_id VARCHAR(200), 
	auditor_role VARCHAR(200), 
	date_assigned VARCHAR(200), 
	date_due VARCHAR(200), 
	date_completed VARCHAR(200), 
	practitioner_met VARCHAR(200), 
	family_feedback VARCHAR(200), 
	immediate_safeguarding_concern VARCHAR(200), 
	learning TEXT, 
	PRIMARY KEY (event, line), 
	UNIQUE (audit_id, replaces), 
	FOREIGN KEY(event) REFERENCES events (n)
);
INSERT INTO "audits" VALUES(9,1,'A1','','2026-11-monthly','PHOIGO727YA2NEVKDI7OKAUCIK','2026-11','monthly',NULL,NULL,NULL,'S003',NULL,NULL,NULL,'2026-11-20',NULL,NULL,NULL,NULL);
CREATE TABLE commitments (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	commitment VARCHAR(64) NOT NULL, 
	PRIMARY KEY (event, line), 
	FOREIGN KEY(event) REFERENCES events (n), 
	UNIQUE (year)
);
INSERT INTO "commitments" VALUES(2,1,2027,'abababababababababababababababababababababababababababababababab');
CREATE TABLE draws (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	draw_id VARCHAR(200) NOT NULL, 
	period VARCHAR(200) NOT NULL, 
	design VARCHAR(200) NOT NULL, 
	redraw INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	as_at VARCHAR(200) NOT NULL, 
	due VARCHAR(200) NOT NULL, 
	frame_fingerprint VARCHAR(200) NOT NULL, 
	seed TEXT NOT NULL, 
	method VARCHAR(200) NOT NULL, 
	parameters TEXT NOT NULL, 
	allocation TEXT NOT NULL, 
	set_aside TEXT NOT NULL, 
	fingerprint VARCHAR(200) NOT NULL, 
	sample_layout TEXT NOT NULL, 
	assignment_layout TEXT NOT NULL, 
	assignment_parameters TEXT NOT NULL, 
	loads TEXT NOT NULL, 
	checks TEXT NOT NULL, 
	library_version VARCHAR(200) NOT NULL, 
	drawn_at VARCHAR(200) NOT NULL, 
	PRIMARY KEY (event, line), 
	UNIQUE (period, design, redraw), 
	FOREIGN KEY(event) REFERENCES events (n), 
	UNIQUE (draw_id)
);
INSERT INTO "draws" VALUES(6,1,'2026-11-monthly','2026-11','monthly',0,'Practice Evaluations','2026-10-31','2026-11-30','5e3c17b0b016b2320a30c7991c36b87f60f6e847bffe215f3d6a8e4b2db34bb1','4162253166','proportional, controlled rounding','{"audits":6,"certainty":[],"column_maximum":null,"column_minimum":null,"maximum":null,"method":"proportional","minimum":1,"one_per_family":true,"reserves":2,"rounding":"controlled","row_maximum":null,"row_minimum":null,"standard_deviations":null,"start_after":{},"ticket_seed":""}','{"columns":[["stratum","str"],["row","str"],["column","str"],["population","int64"],["available","int64"],["target","float64"],["sampled","int64"],["reserves","int64"],["bound","str"]],"rows":[["Children in Care / Child in need plan","Children in Care","Child in need plan",2,2,0.857143,1,1,""],["Children in Care / Child protection plan","Children in Care","Child protection plan",2,2,0.857143,1,1,""],["Family Safeguarding North / Child protection plan","Family Safeguarding North","Child protection plan",2,2,0.857143,1,1,""],["Family Safeguarding North / Looked after","Family Safeguarding North","Looked after",3,3,1.285715,1,2,""],["Family Safeguarding South / Child in need plan","Family Safeguarding South","Child in need plan",2,2,0.857142,0,0,""],["Family Safeguarding South / Looked after","Family Safeguarding South","Looked after",3,3,1.285714,2,1,""]]}','{"columns":[["case_ref","str"],["reason","str"]],"rows":[]}','f6b5cdbf74f902ac19a497bba081a24a326cea12783e3b92f0d3687830509790','[["case_ref","str"],["stratum","str"],["drawn_as","str"],["rank","Int64"],["ticket","str"],["inclusion_probability","float64"],["weight","float64"]]','[["case_ref","str"],["auditor_id","str"],["auditor_role","str"],["moderator_id","str"],["moderation_probability","float64"]]','{"allow_line_moderation":false,"allow_own_service":true,"allow_own_team":false,"caps_by_role":{},"manager_levels":1,"mandatory_grades":["Outstanding","Inadequate"],"moderation_min_per_auditor":0,"moderation_rate":0.2,"moderation_required":false,"moderator_cap":null,"moderator_caps":{},"monthly_cap":2,"period_end":"2026-11-27","period_start":"2026-11-02","prefer_other_team_same_service":true,"previously_held_within_months":null,"role_shares":{},"role_shares_required":false,"seed":"4162253166","spread_over_workers":true,"team_manager_roles":["Team Manager"]}','{"columns":[["staff_id","str"],["role","str"],["team","str"],["service","str"],["cap","int64"],["audits","int64"],["moderations","int64"]],"rows":[["S003","Team Manager","Family Safeguarding North","Safeguarding",4,2,0],["S007","Team Manager","Family Safeguarding South","Safeguarding",4,2,0],["S012","Independent Reviewing Officer","","Quality Assurance",4,1,0],["S021","Service Delivery Manager","","Children in Care",2,1,0],["S030","Principal Social Worker","","Quality Assurance",0,0,1]]}','{"columns":[["rule","str"],["held","str"],["cannot_be_guaranteed","str"]],"rows":[["Own team","No auditor or moderator has a case of their own team.","2 auditors belong to no team on the staff list."],["Allocated worker","No auditor or moderator is the case''s allocated worker, by name or staff number.","The worker of 6 cases is nobody on the staff list, so that they are not managed by the auditor rests on the team alone."],["Line management","No auditor or moderator manages the case''s worker or team, directly.","The staff list names no line managers."],["Earlier involvement","Not checked.","There is no table of case roles, so earlier involvement could not be checked."],["Caps and leave","Nobody has more audits than their cap; those who can audit have 1 to 2 each.",""],["Spread over practitioners","0 audits repeat a worker for the same auditor, 0 a team; as few as level loads allow, weighted.",""],["Peer from the same service","4 of 6 audits by a peer from the same service.",""],["Random moderation phase","1 of 6 audits drawn at random within auditors (rate 0.2, at least 0 each); every audit''s probability is known.",""],["Moderators","No moderator is the auditor, manages the auditor or is managed by them.",""],["Mandatory grades","Audits that come back Outstanding or Inadequate are to be moderated as well; the random phase does not depend on it.",""]]}','0.1.0','2026-11-02T12:00:00+00:00');
CREATE TABLE events (
	n INTEGER NOT NULL, 
	at VARCHAR(200) NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	kind VARCHAR(200) NOT NULL, 
	body TEXT NOT NULL, 
	prev VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (n), 
	UNIQUE (hash)
);
INSERT INTO "events" VALUES(1,'2026-11-02T12:00:00+00:00','qa-sampling','register created','{"rows":{"meta":[2,"b62bb40416ad0dab3a6470c20e878b42487c0187308e63dfa9001bfe2b7c0bd5"]}}','0000000000000000000000000000000000000000000000000000000000000000','7c9b06f00896aca2721634c1edbe5cd8a2d02fd16b336862f74795a60fba5940');
INSERT INTO "events" VALUES(2,'2026-11-02T12:00:00+00:00','qa-sampling','secret committed','{"commitment":"abababababababababababababababababababababababababababababababab","rows":{"commitments":[1,"b8c218ededfe7d430b562779d4fb6a486216143065953ffe7a21878f11895daa"]},"year":2027}','7c9b06f00896aca2721634c1edbe5cd8a2d02fd16b336862f74795a60fba5940','baf4f00b869aff622e16cd4d83b84269681183f286394c1f1829ff1ac34a5fd1');
INSERT INTO "events" VALUES(3,'2026-11-02T12:00:00+00:00','qa-sampling','run started','{"rows":{"runs":[1,"13d19deb784e2843682113820f7f2bd68452487583d09eb61ee0865fd66c0d27"]},"run_id":"run-000003"}','baf4f00b869aff622e16cd4d83b84269681183f286394c1f1829ff1ac34a5fd1','cb72cbe9c7700020f26093ccc9a81c0d665756556483ddbd5d0855061df419d3');
INSERT INTO "events" VALUES(4,'2026-11-02T12:00:00+00:00','qa-sampling','frame fixed','{"design":"monthly","fingerprint":"5e3c17b0b016b2320a30c7991c36b87f60f6e847bffe215f3d6a8e4b2db34bb1","period":"2026-11","redraw":0,"rows":{"frames":[1,"4d2086acb84240d8bed8881c075ff805cdc082c694c083b81ed9ef36cd09e7a9"]}}','cb72cbe9c7700020f26093ccc9a81c0d665756556483ddbd5d0855061df419d3','67ef545c1ef4925e10ce26b8c49675a48dbc3b97422e1536832b96619ebbbf9e');
INSERT INTO "events" VALUES(5,'2026-11-02T12:00:00+00:00','qa-sampling','seed given','{"design":"monthly","period":"2026-11","rows":{"seeds":[1,"3101b7d18140384569f4662b2a9329e7a860627af2fe0fb41a53a6f76178ea3a"]},"state":"given"}','67ef545c1ef4925e10ce26b8c49675a48dbc3b97422e1536832b96619ebbbf9e','259448e777bd9a1324aadd19f9c3e6d55e0c2e80230ce2f1abd2bc6fdea52cde');
INSERT INTO "events" VALUES(6,'2026-11-02T12:00:00+00:00','qa-sampling','draw committed','{"draw_id":"2026-11-monthly","fingerprint":"f6b5cdbf74f902ac19a497bba081a24a326cea12783e3b92f0d3687830509790","rows":{"assignments":[6,"11b10b50b3a2411fb0caee576e46144e17f00616fb9029c99f72c9c4080dd5d8"],"draws":[1,"fd621d9148a401bf9bf0aef5e5e6f1acc990e772e7a5d8acf68278bdb8993304"],"sampled_cases":[12,"9fcd8dd56053d3c5433c2ddf6e1d59e2980817065f801a76e4e01292f604a4c5"]}}','259448e777bd9a1324aadd19f9c3e6d55e0c2e80230ce2f1abd2bc6fdea52cde','aabff458ddacad63799801d3e08a038186a1b499a03f0d610d77505b01cc249d');
INSERT INTO "events" VALUES(7,'2026-11-02T12:00:00+00:00','qa-sampling','draw published','{"draw_id":"2026-11-monthly","folder":"2026-11","manifest_sha256":"abababababababababababababababababababababababababababababababab","rows":{"publications":[1,"acff178a8026bfc3d83fb428f9912420c8cc3c88519e2d1aef17477cfa3a6a71"]}}','aabff458ddacad63799801d3e08a038186a1b499a03f0d610d77505b01cc249d','1f98d4c9abf0d2d1a48d5dd64f01fcb24bd74eb6159f11e50b549c04236c898f');
INSERT INTO "events" VALUES(8,'2026-11-02T12:00:00+00:00','qa-sampling','run ended','{"rows":{"runs":[1,"97674674ed31780f18fcf807e1e7603d170bc0029b754a89e81a4cfa70afdd71"]},"run_id":"run-000003","state":"completed"}','1f98d4c9abf0d2d1a48d5dd64f01fcb24bd74eb6159f11e50b549c04236c898f','1e7843f9693793aebc19a35b03310ee1160b02bf7815ddd725c502e381e75403');
INSERT INTO "events" VALUES(9,'2026-11-02T12:00:00+00:00','qa-sampling','audits recorded','{"corrected":0,"new":1,"rows":{"answers":[1,"c9cc33bc6f6fb91ed2f492280a952f77e666fde3ec2f4be74c3d788e793b8904"],"audits":[1,"1d2a79441fc2d4b180d0b3b008fa680d25b21e72c2e6446b9e7cb09e69993be9"]}}','1e7843f9693793aebc19a35b03310ee1160b02bf7815ddd725c502e381e75403','718e00d08d55f0af11e219a1f8d46afec48a70add3e0ea0e6803b8c079aed3c3');
CREATE TABLE frames (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	period VARCHAR(200) NOT NULL, 
	design VARCHAR(200) NOT NULL, 
	redraw INTEGER NOT NULL, 
	fingerprint VARCHAR(200) NOT NULL, 
	snapshot TEXT NOT NULL, 
	parameters TEXT NOT NULL, 
	fixed_at VARCHAR(200) NOT NULL, 
	PRIMARY KEY (event, line), 
	UNIQUE (period, design, redraw), 
	FOREIGN KEY(event) REFERENCES events (n)
);
INSERT INTO "frames" VALUES(4,1,'2026-11','monthly',0,'5e3c17b0b016b2320a30c7991c36b87f60f6e847bffe215f3d6a8e4b2db34bb1','qa_sampling/frame/v1case_ref,stratum,row,column,family_ref14
2JX6UPZ2SFUMMRSOJ5YLIDGRU3Children in Care / Child in need planChildren in CareChild in need plan2JX6UPZ2SFUMMRSOJ5YLIDGRU3
2KQ5JNTDGPWWHAOMRMMJTVOZVCFamily Safeguarding North / Looked afterFamily Safeguarding NorthLooked after2KQ5JNTDGPWWHAOMRMMJTVOZVC
3P3B4XX7L7LZRKU7QC6PCZTX5UFamily Safeguarding South / Child in need planFamily Safeguarding SouthChild in need plan3P3B4XX7L7LZRKU7QC6PCZTX5U
BO4VOCLRBCNK5EIRWHZNBGGC5JFamily Safeguarding North / Child protection planFamily Safeguarding NorthChild protection planBO4VOCLRBCNK5EIRWHZNBGGC5J
CCXTPXSOVIVMMWOEQ465RE7TJVChildren in Care / Child protection planChildren in CareChild protection planCCXTPXSOVIVMMWOEQ465RE7TJV
EA2UQ6SYDEYLQUL4QHROYL7FA3Family Safeguarding South / Looked afterFamily Safeguarding SouthLooked afterEA2UQ6SYDEYLQUL4QHROYL7FA3
FFE7XXR6Q4CN3BTWX6FM3B7UVQFamily Safeguarding North / Looked afterFamily Safeguarding NorthLooked afterFFE7XXR6Q4CN3BTWX6FM3B7UVQ
HW267KS67EOIAWEUA2PPHDQ3MQChildren in Care / Child protection planChildren in CareChild protection planHW267KS67EOIAWEUA2PPHDQ3MQ
JUK7MTYD5ZXXPQS2Y2UMHEFDP7Family Safeguarding South / Child in need planFamily Safeguarding SouthChild in need planJUK7MTYD5ZXXPQS2Y2UMHEFDP7
L4U4TEY5RYTBBRSYX6LOZ2E2ANFamily Safeguarding South / Looked afterFamily Safeguarding SouthLooked afterL4U4TEY5RYTBBRSYX6LOZ2E2AN
PHOIGO727YA2NEVKDI7OKAUCIKChildren in Care / Child in need planChildren in CareChild in need planPHOIGO727YA2NEVKDI7OKAUCIK
PI6JVNXQGB3C6U3GCYHRBGPZHIFamily Safeguarding South / Looked afterFamily Safeguarding SouthLooked afterPI6JVNXQGB3C6U3GCYHRBGPZHI
QUSFI4WPN6MGEWM6FADW5KQMCTFamily Safeguarding North / Looked afterFamily Safeguarding NorthLooked afterQUSFI4WPN6MGEWM6FADW5KQMCT
TN7HYZG64E4ARWDNOWB437VKKBFamily Safeguarding North / Child protection planFamily Safeguarding NorthChild protection planTN7HYZG64E4ARWDNOWB437VKKB
','{"key_id":"2dce0e31"}','2026-11-02T12:00:00+00:00');
CREATE TABLE meta (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (event, line), 
	FOREIGN KEY(event) REFERENCES events (n)
);
INSERT INTO "meta" VALUES(1,1,'schema_version','1');
INSERT INTO "meta" VALUES(1,2,'register_id','4694c98db7a442dda41aef6d608a5748');
CREATE TABLE moderated_answers (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	moderation_id VARCHAR(200) NOT NULL, 
	standard VARCHAR(200) NOT NULL, 
	grade VARCHAR(200) NOT NULL, 
	PRIMARY KEY (event, line), 
	UNIQUE (event, moderation_id, standard), 
	FOREIGN KEY(event) REFERENCES events (n)
);
CREATE TABLE moderations (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	moderation_id VARCHAR(200) NOT NULL, 
	replaces VARCHAR(200) NOT NULL, 
	audit_id VARCHAR(200) NOT NULL, 
	moderator_id VARCHAR(200) NOT NULL, 
	role VARCHAR(200), 
	date VARCHAR(200), 
	reflects_practice VARCHAR(200), 
	meaningful_learning VARCHAR(200), 
	comment TEXT, 
	panel_final_grade VARCHAR(200), 
	PRIMARY KEY (event, line), 
	UNIQUE (moderation_id, replaces), 
	FOREIGN KEY(event) REFERENCES events (n)
);
CREATE TABLE publications (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	draw_id VARCHAR(200) NOT NULL, 
	folder VARCHAR(200) NOT NULL, 
	manifest_sha256 VARCHAR(64) NOT NULL, 
	published_at VARCHAR(200) NOT NULL, 
	PRIMARY KEY (event, line), 
	FOREIGN KEY(event) REFERENCES events (n), 
	FOREIGN KEY(draw_id) REFERENCES draws (draw_id)
);
INSERT INTO "publications" VALUES(7,1,'2026-11-monthly','2026-11','abababababababababababababababababababababababababababababababab','2026-11-02T12:00:00+00:00');
CREATE TABLE redraws (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	period VARCHAR(200) NOT NULL, 
	design VARCHAR(200) NOT NULL, 
	redraw INTEGER NOT NULL, 
	supersedes VARCHAR(200) NOT NULL, 
	reason TEXT NOT NULL, 
	agreed_by TEXT NOT NULL, 
	opened_at VARCHAR(200) NOT NULL, 
	PRIMARY KEY (event, line), 
	UNIQUE (period, design, redraw), 
	FOREIGN KEY(event) REFERENCES events (n)
);
CREATE TABLE runs (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	run_id VARCHAR(200) NOT NULL, 
	state VARCHAR(200) NOT NULL, 
	notebook VARCHAR(200) NOT NULL, 
	period VARCHAR(200) NOT NULL, 
	design VARCHAR(200) NOT NULL, 
	draw_id VARCHAR(200) NOT NULL, 
	parameters TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	library_version VARCHAR(200) NOT NULL, 
	at VARCHAR(200) NOT NULL, 
	PRIMARY KEY (event, line), 
	UNIQUE (run_id, state), 
	FOREIGN KEY(event) REFERENCES events (n)
);
INSERT INTO "runs" VALUES(3,1,'run-000003','started','monthly_audit_plan','2026-11','monthly','','{}','','0.1.0','2026-11-02T12:00:00+00:00');
INSERT INTO "runs" VALUES(8,1,'run-000003','completed','monthly_audit_plan','2026-11','monthly','2026-11-monthly','{}','','0.1.0','2026-11-02T12:00:00+00:00');
CREATE TABLE sampled_cases (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	draw_id VARCHAR(200) NOT NULL, 
	case_ref VARCHAR(200) NOT NULL, 
	stratum TEXT NOT NULL, 
	drawn_as VARCHAR(200) NOT NULL, 
	rank INTEGER, 
	ticket VARCHAR(200) NOT NULL, 
	inclusion_probability DOUBLE, 
	weight DOUBLE, 
	further TEXT, 
	PRIMARY KEY (event, line), 
	UNIQUE (draw_id, case_ref), 
	FOREIGN KEY(event) REFERENCES events (n), 
	FOREIGN KEY(draw_id) REFERENCES draws (draw_id)
);
INSERT INTO "sampled_cases" VALUES(6,1,'2026-11-monthly','PHOIGO727YA2NEVKDI7OKAUCIK','Children in Care / Child in need plan','sample',1,'afcf02c46c3974dcc239935e0021135729f67aecdc0a5f3bb0478f898a7d0b75',0.4285715,2.33333294444450922711e+00,NULL);
INSERT INTO "sampled_cases" VALUES(6,2,'2026-11-monthly','2JX6UPZ2SFUMMRSOJ5YLIDGRU3','Children in Care / Child in need plan','reserve',2,'f8827dd7282acf73e514daf03788a190e73a62b7e31b293b1b4a4da98c17f77c',NULL,NULL,NULL);
INSERT INTO "sampled_cases" VALUES(6,3,'2026-11-monthly','HW267KS67EOIAWEUA2PPHDQ3MQ','Children in Care / Child protection plan','sample',1,'3388015b51cd224e8b2aaec9d4b6800bf3b552efcdced4eccb8bde3dc1825f4a',0.4285715,2.33333294444450922711e+00,NULL);
INSERT INTO "sampled_cases" VALUES(6,4,'2026-11-monthly','CCXTPXSOVIVMMWOEQ465RE7TJV','Children in Care / Child protection plan','reserve',2,'dd7718d6d78430fbe7efd9960eedbd20be86be08a662e66764c56d0869b838ec',NULL,NULL,NULL);
INSERT INTO "sampled_cases" VALUES(6,5,'2026-11-monthly','TN7HYZG64E4ARWDNOWB437VKKB','Family Safeguarding North / Child protection plan','sample',1,'556f791e76b87c182da664a52edd92846f02320e3885826042e727ab1bd7e67c',0.4285715,2.33333294444450922711e+00,NULL);
INSERT INTO "sampled_cases" VALUES(6,6,'2026-11-monthly','BO4VOCLRBCNK5EIRWHZNBGGC5J','Family Safeguarding North / Child protection plan','reserve',2,'9757f27f4ffceab2f4d19b827c8649e096463ee7f4c99576df83a10a284bc1cc',NULL,NULL,NULL);
INSERT INTO "sampled_cases" VALUES(6,7,'2026-11-monthly','FFE7XXR6Q4CN3BTWX6FM3B7UVQ','Family Safeguarding North / Looked after','sample',1,'0570e302b0b338e8f1e76ef092cd63bc9c733561050648d4f26b7e763f28f2a5',4.28571666666666628575e-01,2.33333203703775726722e+00,NULL);
INSERT INTO "sampled_cases" VALUES(6,8,'2026-11-monthly','QUSFI4WPN6MGEWM6FADW5KQMCT','Family Safeguarding North / Looked after','reserve',2,'691a37729a77d5e3fb221ec10a6780a908d1a62dec05d729ff9e5a24dca306eb',NULL,NULL,NULL);
INSERT INTO "sampled_cases" VALUES(6,9,'2026-11-monthly','2KQ5JNTDGPWWHAOMRMMJTVOZVC','Family Safeguarding North / Looked after','reserve',3,'aa021077629d8b60dd90d74e2b294bd7da9d12edf4cb63b14fbb7e13a37f26bc',NULL,NULL,NULL);
INSERT INTO "sampled_cases" VALUES(6,10,'2026-11-monthly','PI6JVNXQGB3C6U3GCYHRBGPZHI','Family Safeguarding South / Looked after','sample',1,'4d08c4935a850f83927df23e27d69bab8f4d6b93c2cafcdebcd460c23b53363e',4.28571333333333359671e-01,2.33333385185196684474e+00,NULL);
INSERT INTO "sampled_cases" VALUES(6,11,'2026-11-monthly','L4U4TEY5RYTBBRSYX6LOZ2E2AN','Family Safeguarding South / Looked after','sample',2,'95f25ded801747385028678f5077623ea5f1e2f90fef6496c418b1ce573395f8',4.28571333333333359671e-01,2.33333385185196684474e+00,NULL);
INSERT INTO "sampled_cases" VALUES(6,12,'2026-11-monthly','EA2UQ6SYDEYLQUL4QHROYL7FA3','Family Safeguarding South / Looked after','reserve',3,'98bd3983032fef165fcd4291d96e9626d85f85bbb9e838244f89bb3585bb7a30',NULL,NULL,NULL);
CREATE TABLE seeds (
	event INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	period VARCHAR(200) NOT NULL, 
	design VARCHAR(200) NOT NULL, 
	redraw INTEGER NOT NULL, 
	seed TEXT NOT NULL, 
	state VARCHAR(200) NOT NULL, 
	given_at VARCHAR(200) NOT NULL, 
	PRIMARY KEY (event, line), 
	FOREIGN KEY(event) REFERENCES events (n)
);
INSERT INTO "seeds" VALUES(5,1,'2026-11','monthly',0,'4162253166','given','2026-11-02T12:00:00+00:00');
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER actions_no_update BEFORE UPDATE ON actions BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER actions_no_delete BEFORE DELETE ON actions BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER answers_no_update BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER answers_no_delete BEFORE DELETE ON answers BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER audits_no_update BEFORE UPDATE ON audits BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER audits_no_delete BEFORE DELETE ON audits BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER commitments_no_update BEFORE UPDATE ON commitments BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER commitments_no_delete BEFORE DELETE ON commitments BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER draws_no_update BEFORE UPDATE ON draws BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER draws_no_delete BEFORE DELETE ON draws BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER frames_no_update BEFORE UPDATE ON frames BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER frames_no_delete BEFORE DELETE ON frames BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER moderated_answers_no_update BEFORE UPDATE ON moderated_answers BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER moderated_answers_no_delete BEFORE DELETE ON moderated_answers BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER moderations_no_update BEFORE UPDATE ON moderations BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER moderations_no_delete BEFORE DELETE ON moderations BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER redraws_no_update BEFORE UPDATE ON redraws BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER redraws_no_delete BEFORE DELETE ON redraws BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER runs_no_update BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER seeds_no_update BEFORE UPDATE ON seeds BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER seeds_no_delete BEFORE DELETE ON seeds BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER publications_no_update BEFORE UPDATE ON publications BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER publications_no_delete BEFORE DELETE ON publications BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER sampled_cases_no_update BEFORE UPDATE ON sampled_cases BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER sampled_cases_no_delete BEFORE DELETE ON sampled_cases BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER assignments_no_update BEFORE UPDATE ON assignments BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
CREATE TRIGGER assignments_no_delete BEFORE DELETE ON assignments BEGIN SELECT RAISE(ABORT, 'the register is append-only: record a correction as a new row'); END;
COMMIT;
