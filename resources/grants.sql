-- What analysts may read: scores, what explains them, and what the runs did. Not the clients' raw rows: those are in the
-- source tables, the quarantine and the view client_as_of. Run once a catalog after the first score run, when the tables
-- are there (and again when a release adds one), by who owns the schema; here for prod:
--   catalog credit_prod, group credit-analysts (variables `catalog` and `analysts` of databricks.yml).
-- The bundle grants the schema itself and the volumes with published files and reports (resources/catalog.yml).
GRANT USE CATALOG ON CATALOG credit_prod TO `credit-analysts`;
GRANT SELECT ON TABLE credit_prod.scoring.scores TO `credit-analysts`;
GRANT SELECT ON TABLE credit_prod.scoring.score_history TO `credit-analysts`;
GRANT SELECT ON TABLE credit_prod.scoring.runs TO `credit-analysts`;
GRANT SELECT ON TABLE credit_prod.scoring.features TO `credit-analysts`;
GRANT SELECT ON TABLE credit_prod.scoring.reasons TO `credit-analysts`;
GRANT SELECT ON VIEW credit_prod.scoring.scores_explained TO `credit-analysts`;
