PRAGMA application_id = 1162367575;
PRAGMA user_version = 6;
BEGIN TRANSACTION;
CREATE TABLE assignments (
    record_id TEXT NOT NULL REFERENCES records (record_id),
    sequence INTEGER NOT NULL,
    assignment_id TEXT NOT NULL UNIQUE,
    system TEXT NOT NULL,
    code TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (record_id, sequence)
) STRICT;
INSERT INTO "assignments" VALUES('r1',1,'id-0002','http://hl7.org/fhir/sid/icd-10-cm','I10','{"assignment_id":"id-0002","coding":{"code":"I10","display":"Title of I10","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"evidence":[{"quote":"Hypertension","span":{"document_id":"d1","end":37,"start":25}}],"kind":"diagnosis","record_id":"r1","sequence":1,"suggestion_id":"s1"}');
INSERT INTO "assignments" VALUES('r1',2,'id-0007','http://hl7.org/fhir/sid/icd-10-cm','J45.901','{"assignment_id":"id-0007","coding":{"code":"J45.901","display":"Title of J45.901","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"evidence":[{"quote":"Asthma","span":{"document_id":"d1","end":6,"start":0}}],"kind":"diagnosis","record_id":"r1","sequence":2,"suggestion_id":"s3"}');
INSERT INTO "assignments" VALUES('r2',1,'id-0016','http://hl7.org/fhir/sid/icd-10-cm','R07.9','{"assignment_id":"id-0016","coding":{"code":"R07.9","display":"Title of R07.9","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"kind":"diagnosis","record_id":"r2","sequence":1}');
CREATE TABLE campaign_entries (
    number INTEGER PRIMARY KEY,
    campaign_id TEXT NOT NULL REFERENCES campaigns (campaign_id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL
, row_sha256 TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "campaign_entries" VALUES(1,'id-0019','figure','first','2026-04-01T08:00:12+00:00','{"share":0.5}','3d5f671275561454803e3aab98b526ab0def0da702d9337a3719cd26f9b8e907');
CREATE TABLE campaign_work (
    campaign_id TEXT NOT NULL REFERENCES campaigns (campaign_id),
    list TEXT NOT NULL,
    position INTEGER NOT NULL,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    body TEXT NOT NULL,
    outcome TEXT NOT NULL, row_sha256 TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (campaign_id, list, position),
    UNIQUE (campaign_id, list, record_id)
) STRICT;
INSERT INTO "campaign_work" VALUES('id-0019','first',0,'r1','done','{"record_id":"r1"}','2 codes','eae019c154fa13fc03f1579bcd1439416f68470939d3c115f0beba644293668a');
INSERT INTO "campaign_work" VALUES('id-0019','first',1,'r2','waiting','{"record_id":"r2"}','','731dafe1ed8e6ba2aa5afd48dfe90bb461b7f7359ae245ccabf91d8bf06fdeec');
CREATE TABLE campaigns (
    number INTEGER PRIMARY KEY,
    campaign_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
, row_sha256 TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "campaigns" VALUES(1,'id-0019','spring','2026-04-01T08:00:11+00:00','{"seed":3}','610281ffe632e41fe20167e56b9aca9c7fc32343d7d11a50c4291448b7805c4c');
CREATE TABLE coding (
    number INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE REFERENCES records (record_id),
    title TEXT NOT NULL,
    source_format TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    document_count INTEGER NOT NULL,
    text_length INTEGER NOT NULL,
    run_count INTEGER NOT NULL DEFAULT 0,
    suggestion_count INTEGER NOT NULL DEFAULT 0,
    undecided_count INTEGER NOT NULL DEFAULT 0,
    assignment_count INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0,
    head_hash TEXT NOT NULL DEFAULT '',
    signature TEXT
, flag TEXT, held_for TEXT NOT NULL DEFAULT '', is_draft INTEGER NOT NULL DEFAULT 0, least_confidence REAL) STRICT;
INSERT INTO "coding" VALUES(1,'r1','r1','text','2026-04-01T07:00:00+00:00',1,65,1,3,0,2,6,'d8e8fd70444261e31f450f31ab397b8e4932f76b6b7ae71bd49d33f204bb06eb','{"at":"2026-04-01T08:00:07+00:00","coder_id":"coder-a","content_sha256":"90d9b739f0296b068b97f38b66fa82b30073d97bd606204f35cad4e52c57a0a4","meaning":"verified"}',NULL,'',0,NULL);
INSERT INTO "coding" VALUES(2,'r2','r2','text','2026-04-01T07:00:00+00:00',1,10,0,0,0,1,1,'3326a497bc0acb428d713e036a4fcfc3b995c1a59814118a3aa7e29111c9987e',NULL,NULL,'',0,NULL);
CREATE TABLE decisions (
    suggestion_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    decision TEXT NOT NULL
) STRICT;
INSERT INTO "decisions" VALUES('s1','r1','accepted');
INSERT INTO "decisions" VALUES('s2','r1','rejected');
INSERT INTO "decisions" VALUES('s3','r1','replaced');
CREATE TABLE documents (
    record_id TEXT NOT NULL REFERENCES records (record_id),
    position INTEGER NOT NULL,
    document_id TEXT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (record_id, position),
    UNIQUE (record_id, document_id)
) STRICT;
INSERT INTO "documents" VALUES('r1',0,'d1','Note','Note','en','Asthma since childhood.
Hypertension, treated. Type 2 diabetes.
');
INSERT INTO "documents" VALUES('r2',0,'d1','Note','Note','en','astral 𝔘
');
CREATE TABLE events (
    position INTEGER PRIMARY KEY REFERENCES ledger (position),
    event_id TEXT NOT NULL UNIQUE,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    sequence INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (record_id, sequence)
) STRICT;
INSERT INTO "events" VALUES(10,'id-0004','r1',1,'368f8081f10a392b921cb52480063d5643b0829ed65a8e0444a284c5033e69af','7eb581d261e6009d588b535f7326f450564534826af80eae437d9e16393ab323','{"at":"2026-04-01T08:00:02+00:00","draft":{"action":"accept","after":{"assignment_id":"id-0002","coding":{"code":"I10","display":"Title of I10","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"evidence":[{"quote":"Hypertension","span":{"document_id":"d1","end":37,"start":25}}],"kind":"diagnosis","record_id":"r1","sequence":1,"suggestion_id":"s1"},"coder_id":"coder-a","decision":"accepted","suggestion_id":"s1"},"event_id":"id-0004","group_id":"id-0003","previous_hash":"368f8081f10a392b921cb52480063d5643b0829ed65a8e0444a284c5033e69af","record_id":"r1","sequence":1}');
INSERT INTO "events" VALUES(11,'id-0006','r1',2,'7eb581d261e6009d588b535f7326f450564534826af80eae437d9e16393ab323','4d0f85c5f181f5bb787418e3ed63dcf8b86cb268ea6c02e662cd26f1ea496d60','{"at":"2026-04-01T08:00:03+00:00","draft":{"action":"reject","coder_id":"coder-a","decision":"rejected","reason":"negated","suggestion_id":"s2"},"event_id":"id-0006","group_id":"id-0005","previous_hash":"7eb581d261e6009d588b535f7326f450564534826af80eae437d9e16393ab323","record_id":"r1","sequence":2}');
INSERT INTO "events" VALUES(12,'id-0009','r1',3,'4d0f85c5f181f5bb787418e3ed63dcf8b86cb268ea6c02e662cd26f1ea496d60','a4647969a8ed4406adb94b869a4e71b83ebce0a6fdcea35484f435511a31c5a3','{"at":"2026-04-01T08:00:04+00:00","draft":{"action":"replace","after":{"assignment_id":"id-0007","coding":{"code":"J45.901","display":"Title of J45.901","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"evidence":[{"quote":"Asthma","span":{"document_id":"d1","end":6,"start":0}}],"kind":"diagnosis","record_id":"r1","sequence":2,"suggestion_id":"s3"},"coder_id":"coder-a","decision":"replaced","suggestion_id":"s3"},"event_id":"id-0009","group_id":"id-0008","previous_hash":"4d0f85c5f181f5bb787418e3ed63dcf8b86cb268ea6c02e662cd26f1ea496d60","record_id":"r1","sequence":3}');
INSERT INTO "events" VALUES(13,'id-0011','r1',4,'a4647969a8ed4406adb94b869a4e71b83ebce0a6fdcea35484f435511a31c5a3','b7ca4a45766b4670fd6accbf6ab0798760ed0e7a730a030c80a93c2080168040','{"at":"2026-04-01T08:00:05+00:00","draft":{"action":"undo","before":{"assignment_id":"id-0007","coding":{"code":"J45.901","display":"Title of J45.901","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"evidence":[{"quote":"Asthma","span":{"document_id":"d1","end":6,"start":0}}],"kind":"diagnosis","record_id":"r1","sequence":2,"suggestion_id":"s3"},"coder_id":"coder-a","decision":"undecided","suggestion_id":"s3","undoes_group":"id-0008"},"event_id":"id-0011","group_id":"id-0010","previous_hash":"a4647969a8ed4406adb94b869a4e71b83ebce0a6fdcea35484f435511a31c5a3","record_id":"r1","sequence":4}');
INSERT INTO "events" VALUES(14,'id-0013','r1',5,'b7ca4a45766b4670fd6accbf6ab0798760ed0e7a730a030c80a93c2080168040','6dc7fcde2f38e5835157de9062cca4587d2997eefff706e81ca75bb48d2eab86','{"at":"2026-04-01T08:00:06+00:00","draft":{"action":"undo","after":{"assignment_id":"id-0007","coding":{"code":"J45.901","display":"Title of J45.901","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"evidence":[{"quote":"Asthma","span":{"document_id":"d1","end":6,"start":0}}],"kind":"diagnosis","record_id":"r1","sequence":2,"suggestion_id":"s3"},"coder_id":"coder-a","decision":"replaced","suggestion_id":"s3","undoes_group":"id-0010"},"event_id":"id-0013","group_id":"id-0012","previous_hash":"b7ca4a45766b4670fd6accbf6ab0798760ed0e7a730a030c80a93c2080168040","record_id":"r1","sequence":5}');
INSERT INTO "events" VALUES(15,'id-0015','r1',6,'6dc7fcde2f38e5835157de9062cca4587d2997eefff706e81ca75bb48d2eab86','d8e8fd70444261e31f450f31ab397b8e4932f76b6b7ae71bd49d33f204bb06eb','{"at":"2026-04-01T08:00:08+00:00","draft":{"action":"sign","coder_id":"coder-a","signature":{"at":"2026-04-01T08:00:07+00:00","coder_id":"coder-a","content_sha256":"90d9b739f0296b068b97f38b66fa82b30073d97bd606204f35cad4e52c57a0a4","meaning":"verified"}},"event_id":"id-0015","group_id":"id-0014","previous_hash":"6dc7fcde2f38e5835157de9062cca4587d2997eefff706e81ca75bb48d2eab86","record_id":"r1","sequence":6}');
INSERT INTO "events" VALUES(17,'id-0018','r2',1,'e562c60291fb38bc31bedebd16843a0b57bd40255f35729c211569f9d2909427','3326a497bc0acb428d713e036a4fcfc3b995c1a59814118a3aa7e29111c9987e','{"at":"2026-04-01T08:00:10+00:00","draft":{"action":"add","after":{"assignment_id":"id-0016","coding":{"code":"R07.9","display":"Title of R07.9","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"kind":"diagnosis","record_id":"r2","sequence":1},"coder_id":"coder-a"},"event_id":"id-0018","group_id":"id-0017","previous_hash":"e562c60291fb38bc31bedebd16843a0b57bd40255f35729c211569f9d2909427","record_id":"r2","sequence":1}');
CREATE TABLE exports (
    number INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    head_hash TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "exports" VALUES(1,'r1','d8e8fd70444261e31f450f31ab397b8e4932f76b6b7ae71bd49d33f204bb06eb','{"at":"2026-04-01T08:00:09+00:00","file_name":"r1.json","format":"fhir","head_hash":"d8e8fd70444261e31f450f31ab397b8e4932f76b6b7ae71bd49d33f204bb06eb","record_id":"r1","sha256":"abababababababababababababababababababababababababababababababab"}');
CREATE TABLE ledger (
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind <> ''),
    subject TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO "ledger" VALUES(1,'migration','0001-records-events-ledger','aff67d84dccd104de7d4d1992b5ae1424a7468a5a9d5fbf47abbc2eaae9a06fb','4368f947380bbc374c36df737f979165337f50d0ea036028d3f75c9082330cda','8c4dfbcd499f2f1aec6ed146a3f46a101fbe9f01748b557a49c5b33081f93529');
INSERT INTO "ledger" VALUES(2,'migration','0002-flag-hold-draft','eb5096376a9df9670cf74e5b30967f95403cb5ee5d5f625aa85714bac6320dc3','8c4dfbcd499f2f1aec6ed146a3f46a101fbe9f01748b557a49c5b33081f93529','d51d2b7245a5bb8db579e099a55e4c1152271bd50d1f3284d0f3fe50b26d2786');
INSERT INTO "ledger" VALUES(3,'migration','0003-campaigns','0bec8c755c48aa27c8f14f77925cbed032b52ae19eb52184f7677421484198f9','d51d2b7245a5bb8db579e099a55e4c1152271bd50d1f3284d0f3fe50b26d2786','8eecb0fb53e3b75ba58da851fa1445388141f34c6c4ed204d2e8ba254a6f1249');
INSERT INTO "ledger" VALUES(4,'migration','0004-profiles','4b5d46d0c1d76c9a1186ef6c62a1fb1ff90523a3ad5ab4c7a724d6eb361f39e7','8eecb0fb53e3b75ba58da851fa1445388141f34c6c4ed204d2e8ba254a6f1249','cd690a6e7c85b68a0fd14a0e9fafc9a218da9cfb068e11c9e3191c3844a542e0');
INSERT INTO "ledger" VALUES(5,'migration','0005-recode-worklist','028a00d096802590ab7fbc7aa7b2eae7a29ed612c5607b575b96e895147f64fb','cd690a6e7c85b68a0fd14a0e9fafc9a218da9cfb068e11c9e3191c3844a542e0','9981eccda9bc8a874ce94b9906bf4235e22f333b517f639294c69c210966c893');
INSERT INTO "ledger" VALUES(6,'migration','0006-row-hashes','0d898b585f03ec9a7e0491affbbada012d912f9512f1bbe12d429e8e51567d0a','9981eccda9bc8a874ce94b9906bf4235e22f333b517f639294c69c210966c893','a64112ba72c12b9762f6fc21739333356dd73f33ebc7e3670ea09a0eeb55022b');
INSERT INTO "ledger" VALUES(7,'record','r1','368f8081f10a392b921cb52480063d5643b0829ed65a8e0444a284c5033e69af','a64112ba72c12b9762f6fc21739333356dd73f33ebc7e3670ea09a0eeb55022b','acafebd989b4b04a84f8531ac4a94133c0c884451b734da61918dab1955beee0');
INSERT INTO "ledger" VALUES(8,'run','run1','8248dd8942651fb5791004b41135795f67974c746ed82f4fc7ee7d470cf07941','acafebd989b4b04a84f8531ac4a94133c0c884451b734da61918dab1955beee0','2cfb8120957f21aab34faeb73e54e1523bb88651d372f0fea56cb871ed3ad365');
INSERT INTO "ledger" VALUES(9,'record','r2','e562c60291fb38bc31bedebd16843a0b57bd40255f35729c211569f9d2909427','2cfb8120957f21aab34faeb73e54e1523bb88651d372f0fea56cb871ed3ad365','2e7b1e5fa0bbe826436a69208148ec20e0ffae9cec07855fb23bd6d3c8f57ca9');
INSERT INTO "ledger" VALUES(10,'event','id-0004','7eb581d261e6009d588b535f7326f450564534826af80eae437d9e16393ab323','2e7b1e5fa0bbe826436a69208148ec20e0ffae9cec07855fb23bd6d3c8f57ca9','78fc7c99f6bff34c769a0ef6180cbb6d15a0572db29b9b8da4c9161e948f4507');
INSERT INTO "ledger" VALUES(11,'event','id-0006','4d0f85c5f181f5bb787418e3ed63dcf8b86cb268ea6c02e662cd26f1ea496d60','78fc7c99f6bff34c769a0ef6180cbb6d15a0572db29b9b8da4c9161e948f4507','68b6d5b18dec7c8c98173ed53df69c9729773b3cc5e52d8f37895a9e9388997b');
INSERT INTO "ledger" VALUES(12,'event','id-0009','a4647969a8ed4406adb94b869a4e71b83ebce0a6fdcea35484f435511a31c5a3','68b6d5b18dec7c8c98173ed53df69c9729773b3cc5e52d8f37895a9e9388997b','1c32e5e3a80f020688f99ac28b6699c96f89b0d22d965c713a40394b49c98dfb');
INSERT INTO "ledger" VALUES(13,'event','id-0011','b7ca4a45766b4670fd6accbf6ab0798760ed0e7a730a030c80a93c2080168040','1c32e5e3a80f020688f99ac28b6699c96f89b0d22d965c713a40394b49c98dfb','e47c593e919dc225ff6ec11328ff9f2360ab3e6663bba19f14cde59ab9e9d6f3');
INSERT INTO "ledger" VALUES(14,'event','id-0013','6dc7fcde2f38e5835157de9062cca4587d2997eefff706e81ca75bb48d2eab86','e47c593e919dc225ff6ec11328ff9f2360ab3e6663bba19f14cde59ab9e9d6f3','11a4e42f8d8cb19db4ff20aa786a9745aa5eadcaba9ae7a47129f8d446e12525');
INSERT INTO "ledger" VALUES(15,'event','id-0015','d8e8fd70444261e31f450f31ab397b8e4932f76b6b7ae71bd49d33f204bb06eb','11a4e42f8d8cb19db4ff20aa786a9745aa5eadcaba9ae7a47129f8d446e12525','db85bd91da68638dafe54cea55335ceb93cb28b9cac7115b52c3fa30768e5b95');
INSERT INTO "ledger" VALUES(16,'export','r1','37f4a19205e880913668502b224b4606a6d77e5eac0e724c2302ebdf050ec836','db85bd91da68638dafe54cea55335ceb93cb28b9cac7115b52c3fa30768e5b95','47aed7674153932519bc8f65a566942bf50635ec80827666755c3988b13e8cff');
INSERT INTO "ledger" VALUES(17,'event','id-0018','3326a497bc0acb428d713e036a4fcfc3b995c1a59814118a3aa7e29111c9987e','47aed7674153932519bc8f65a566942bf50635ec80827666755c3988b13e8cff','fcd2f4d2c71d69f9383fff7e3522a4bb88c4c26ae5aa60d9a959f73fea504dfa');
INSERT INTO "ledger" VALUES(18,'profile','root','7eb30f6a2836d3b9ef7ba92ae445837748f65525a1398f0ae856de7f02bd5da3','fcd2f4d2c71d69f9383fff7e3522a4bb88c4c26ae5aa60d9a959f73fea504dfa','a36fb58a0dc67406dd1255ab6670df479ff60ffb6af55f06db6be89d4f00fc99');
INSERT INTO "ledger" VALUES(19,'profile','coder-a','372449b5ad567cbd2d0410209b845cf3734ee88ab8849a06a940f0fe23500541','a36fb58a0dc67406dd1255ab6670df479ff60ffb6af55f06db6be89d4f00fc99','d2d9170064bc505d3ae94a4b3fdc25212febabd440a8678db1d8edeae4671f82');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('ledger_genesis','4368f947380bbc374c36df737f979165337f50d0ea036028d3f75c9082330cda');
INSERT INTO "meta" VALUES('workspace_id','id-0001');
CREATE TABLE migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at TEXT NOT NULL
) STRICT;
INSERT INTO "migrations" VALUES(1,'0001-records-events-ledger','2026-04-01T08:00:01+00:00');
INSERT INTO "migrations" VALUES(2,'0002-flag-hold-draft','2026-04-01T08:00:01+00:00');
INSERT INTO "migrations" VALUES(3,'0003-campaigns','2026-04-01T08:00:01+00:00');
INSERT INTO "migrations" VALUES(4,'0004-profiles','2026-04-01T08:00:01+00:00');
INSERT INTO "migrations" VALUES(5,'0005-recode-worklist','2026-04-01T08:00:01+00:00');
INSERT INTO "migrations" VALUES(6,'0006-row-hashes','2026-04-01T08:00:01+00:00');
CREATE TABLE profile_events (
    position INTEGER PRIMARY KEY REFERENCES ledger (position),
    event_id TEXT NOT NULL UNIQUE,
    coder_id TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "profile_events" VALUES(18,'id-0020','root','{"action":"create","after":{"coder_id":"root","is_active":true,"name":"Ada Root","roles":["administrator"],"secret_sha256":"9069585cb7ce1f6f86d7c89426e0fd8d09f0ef2c3728280904bb43141b758d4f"},"at":"2026-04-01T08:00:14+00:00","by":"root","event_id":"id-0020"}');
INSERT INTO "profile_events" VALUES(19,'id-0021','coder-a','{"action":"create","after":{"coder_id":"coder-a","is_active":true,"name":"Cleo Coder","roles":["coder"],"secret_sha256":"2c5168fd30d8bbe9f3c2ca165c999dfe0394744dfa631e6907806622f5fe7e7e"},"at":"2026-04-01T08:00:16+00:00","by":"root","event_id":"id-0021"}');
CREATE TABLE recode_editions (only INTEGER PRIMARY KEY CHECK (only = 1), stamp TEXT NOT NULL, row_sha256 TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "recode_editions" VALUES(1,'2026 2027','4d71bfe9112e7707ce7aa14d9a176751b4f0e2458b862eda64604d20cae7c694');
CREATE TABLE recode_tasks (
    record_id TEXT NOT NULL REFERENCES records (record_id),
    system TEXT NOT NULL,
    code TEXT NOT NULL,
    edition TEXT NOT NULL,
    change TEXT NOT NULL CHECK (change IN ('retired', 'revised')),
    must_change INTEGER NOT NULL,
    body TEXT NOT NULL,
    settled_at TEXT,
    settled_by TEXT,
    reason TEXT, row_sha256 TEXT NOT NULL DEFAULT '',
    UNIQUE (record_id, system, code, edition)
) STRICT;
INSERT INTO "recode_tasks" VALUES('r1','http://hl7.org/fhir/sid/icd-10-cm','I10','2027','retired',0,'{"assigned":{"code":"I10","display":"Title of I10","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"change":"retired","edition":"2027","must_change":false,"now":"","record_id":"r1"}','2026-04-01T08:00:13+00:00','coder-a','still right','0b91684a77887b539afe984a86737e7fbbdd21bee5142ce733bd70939393337a');
INSERT INTO "recode_tasks" VALUES('r2','http://hl7.org/fhir/sid/icd-10-cm','R07.9','2027','retired',0,'{"assigned":{"code":"R07.9","display":"Title of R07.9","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"change":"retired","edition":"2027","must_change":false,"now":"","record_id":"r2"}',NULL,NULL,NULL,'4b66a3fb9ed1ff0c9d2c104fdfd2f7ba3c76d7c329559ec8f03ee915cd14dd69');
CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE,
    source_sha256 TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "records" VALUES(1,'r1','80581a01deb6a25a00681e91692ee5e1db69ea33dd4db4ea0bbe7f8b924e81f4','368f8081f10a392b921cb52480063d5643b0829ed65a8e0444a284c5033e69af','{"imported_at":"2026-04-01T07:00:00+00:00","patient":{"pseudonym":"r1"},"record_id":"r1","source_format":"text","source_name":"r1.txt","source_sha256":"80581a01deb6a25a00681e91692ee5e1db69ea33dd4db4ea0bbe7f8b924e81f4"}');
INSERT INTO "records" VALUES(2,'r2','4403c9436cf252a9d109274c79c23d9bdc4d04c7359d24d0fddc377e4058337a','e562c60291fb38bc31bedebd16843a0b57bd40255f35729c211569f9d2909427','{"imported_at":"2026-04-01T07:00:00+00:00","patient":{"pseudonym":"r2"},"record_id":"r2","source_format":"text","source_name":"r2.txt","source_sha256":"4403c9436cf252a9d109274c79c23d9bdc4d04c7359d24d0fddc377e4058337a"}');
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    body TEXT NOT NULL,
    manifest TEXT NOT NULL
) STRICT;
INSERT INTO "runs" VALUES('run1',1,'r1','{"artefacts":[["lexicon","0000000000000000000000000000000000000000000000000000000000000000"]],"code_sets":[["http://hl7.org/fhir/sid/icd-10-cm","2026-04-01"]],"finished_at":"2026-04-01T07:30:00+00:00","judged_candidates":0,"model":null,"outcome":"without-model","policy":"clinical","prompt_id":"judge-1","prompt_tokens":0,"record_id":"r1","run_id":"run1","seed":1,"software_version":"0.1.0","started_at":"2026-04-01T07:30:00+00:00"}','{"s1": "eb42a3a49359c5a4b16598f0c266ba8751ff17dc4fc6880363c24063b55da189", "s2": "d6f654e3ede715a773d54349ce44370692c294afe1ffef2e96cdc1afc7cf3f56", "s3": "2069fd110a232d2c811849a255feaca88000817d2dd4ed3c9bb3e9fd802a1cb8"}');
CREATE TABLE secrets (coder_id TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "secrets" VALUES('coder-a','$argon2id$v=19$m=65536,t=3,p=4$ZlN0Oev3FuCcCiG9DKjHlw$PZ2O5p6C8/vO44CIOwc8yX0K9m14VMxVvkJ58VocYaw');
INSERT INTO "secrets" VALUES('root','$argon2id$v=19$m=65536,t=3,p=4$6dERhqaeN4uWyN1uFPzFfg$Sc6sRItpqV/yf+1QX4yF3HDnllJmw05ebdM8jqlU/sI');
CREATE TABLE suggestions (
    suggestion_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    rank INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "suggestions" VALUES('s1','r1','run1',1,'{"coding":{"code":"I10","display":"Title of I10","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"confidence":0.9,"evidence":[{"quote":"Hypertension","span":{"document_id":"d1","end":37,"start":25}}],"kind":"diagnosis","rank":1,"record_id":"r1","run_id":"run1","scores":[{"score":3.25,"stage":"bm25"}],"suggestion_id":"s1"}');
INSERT INTO "suggestions" VALUES('s2','r1','run1',2,'{"coding":{"code":"E11.9","display":"Title of E11.9","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"confidence":0.6,"evidence":[{"quote":"diabetes","span":{"document_id":"d1","end":63,"start":55}}],"kind":"diagnosis","rank":2,"record_id":"r1","run_id":"run1","scores":[{"score":3.25,"stage":"bm25"}],"suggestion_id":"s2"}');
INSERT INTO "suggestions" VALUES('s3','r1','run1',3,'{"coding":{"code":"J45.909","display":"Title of J45.909","system":"http://hl7.org/fhir/sid/icd-10-cm","version":"2026-04-01"},"confidence":0.3,"evidence":[{"quote":"Asthma","span":{"document_id":"d1","end":6,"start":0}}],"kind":"diagnosis","rank":3,"record_id":"r1","run_id":"run1","scores":[{"score":3.25,"stage":"bm25"}],"suggestion_id":"s3"}');
CREATE INDEX records_by_source ON records (source_sha256);
CREATE INDEX runs_by_record ON runs (record_id, number);
CREATE INDEX suggestions_by_record ON suggestions (record_id, rank);
CREATE INDEX decisions_by_record ON decisions (record_id);
CREATE TRIGGER events_are_chained BEFORE INSERT ON events
WHEN NEW.sequence IS NOT
      (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE record_id = NEW.record_id)
  OR NEW.previous_hash IS NOT coalesce(
       (SELECT hash FROM events WHERE record_id = NEW.record_id ORDER BY sequence DESC LIMIT 1),
       (SELECT content_sha256 FROM records WHERE record_id = NEW.record_id))
  OR NOT EXISTS (SELECT 1 FROM ledger WHERE position = NEW.position AND kind = 'event'
                 AND subject = NEW.event_id AND content_sha256 = NEW.hash)
  OR json_extract(NEW.body, '$.event_id') IS NOT NEW.event_id
  OR json_extract(NEW.body, '$.record_id') IS NOT NEW.record_id
  OR json_extract(NEW.body, '$.sequence') IS NOT NEW.sequence
  OR json_extract(NEW.body, '$.previous_hash') IS NOT NEW.previous_hash
BEGIN SELECT RAISE(ABORT, 'the event does not follow the last one of its record'); END;
CREATE TRIGGER records_never_update BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'lines of records are never changed'); END;
CREATE TRIGGER records_never_delete BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'lines of records are never changed'); END;
CREATE TRIGGER documents_never_update BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'lines of documents are never changed'); END;
CREATE TRIGGER documents_never_delete BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'lines of documents are never changed'); END;
CREATE TRIGGER events_never_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'lines of events are never changed'); END;
CREATE TRIGGER events_never_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'lines of events are never changed'); END;
CREATE TRIGGER runs_never_update BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'lines of runs are never changed'); END;
CREATE TRIGGER runs_never_delete BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'lines of runs are never changed'); END;
CREATE TRIGGER exports_never_update BEFORE UPDATE ON exports BEGIN SELECT RAISE(ABORT, 'lines of exports are never changed'); END;
CREATE TRIGGER exports_never_delete BEFORE DELETE ON exports BEGIN SELECT RAISE(ABORT, 'lines of exports are never changed'); END;
CREATE TRIGGER migrations_never_update BEFORE UPDATE ON migrations BEGIN SELECT RAISE(ABORT, 'lines of migrations are never changed'); END;
CREATE TRIGGER migrations_never_delete BEFORE DELETE ON migrations BEGIN SELECT RAISE(ABORT, 'lines of migrations are never changed'); END;
CREATE INDEX campaign_entries_by_kind ON campaign_entries (campaign_id, kind, subject);
CREATE TRIGGER campaigns_never_delete BEFORE DELETE ON campaigns BEGIN SELECT RAISE(ABORT, 'lines of campaigns are never changed'); END;
CREATE TRIGGER campaign_entries_never_delete BEFORE DELETE ON campaign_entries BEGIN SELECT RAISE(ABORT, 'lines of campaign_entries are never changed'); END;
CREATE INDEX ledger_of_profiles ON ledger (position) WHERE kind = 'profile';
CREATE TRIGGER ledger_is_chained BEFORE INSERT ON ledger
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM ledger)
  OR NEW.previous_hash IS NOT coalesce(
       (SELECT hash FROM ledger ORDER BY position DESC LIMIT 1),
       (SELECT value FROM meta WHERE key = 'ledger_genesis'))
BEGIN SELECT RAISE(ABORT, 'the ledger line does not follow the last one'); END;
CREATE TRIGGER profile_events_are_chained BEFORE INSERT ON profile_events
WHEN NOT EXISTS (SELECT 1 FROM ledger WHERE position = NEW.position AND kind = 'profile'
                 AND subject = NEW.coder_id)
BEGIN SELECT RAISE(ABORT, 'the change of a profile stands in no line of the ledger'); END;
CREATE TRIGGER ledger_never_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'lines of ledger are never changed'); END;
CREATE TRIGGER ledger_never_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'lines of ledger are never changed'); END;
CREATE TRIGGER profile_events_never_update BEFORE UPDATE ON profile_events BEGIN SELECT RAISE(ABORT, 'lines of profile_events are never changed'); END;
CREATE TRIGGER profile_events_never_delete BEFORE DELETE ON profile_events BEGIN SELECT RAISE(ABORT, 'lines of profile_events are never changed'); END;
CREATE INDEX recode_tasks_open ON recode_tasks (record_id) WHERE settled_at IS NULL;
CREATE TRIGGER campaigns_never_update BEFORE UPDATE ON campaigns BEGIN SELECT RAISE(ABORT, 'lines of campaigns are never changed'); END;
CREATE TRIGGER campaign_entries_never_update BEFORE UPDATE ON campaign_entries BEGIN SELECT RAISE(ABORT, 'lines of campaign_entries are never changed'); END;
COMMIT;
