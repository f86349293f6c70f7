-- A day of a tax bureau's receipts, each as long as the gateway makes it (the seal of a receipt has some 500 bytes,
-- a determination some 800): cases of three insurances, a levy and its receipt for each. Taken in on 2026-01-20 at noon.
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT i, 'case_' || i / 3 AS "case", 'levy_' || i AS levy, lpad(i::text, 10, '0') AS number,
    (ARRAY['pension', 'medical', 'unemployment'])[i % 3 + 1] AS insurance,
    (ARRAY['430100', '430200', '430300', '430400', '430500', '430600'])[i % 6 + 1] AS region,
    10000 + (i::bigint * 7919 + 1) % 490000 AS fen, 2025 * 12 + 11 AS month, 2026 * 12 AS told
FROM generate_series(0, :rows - 1) AS i;

INSERT INTO persons (id, created_at) VALUES ('wrk_bench', 0);

INSERT INTO cases (id, kind, client, person, status, sealed, rules, events, created_at, updated_at)
SELECT DISTINCT "case", 'enrolment', 'bench', 'wrk_bench', 'completed', ''::bytea, 'rules', 0, 0, 0 FROM made;

INSERT INTO case_items ("case", insurance, status, start, province, tax, assessor, determination, unverified, withdrawing)
SELECT "case", insurance, 'completed', month, 'hunan', 'tax-hunan', 'agency',
    json_build_object('on', '2026-01-02', 'region', region, 'public', repeat('x', 700))::text, FALSE, FALSE FROM made;

INSERT INTO levies (id, "case", insurance, tax, "first", "last", fen, due, payable_until, state, content,
    tax_person_number, changes, reversals, provisional, updated_at)
SELECT levy, "case", insurance, 'tax-hunan', month, month, fen, '2026-01-25', '2026-01-31', 'receipted', '{}',
    '2014301' || number, 0, 0, FALSE, 0 FROM made;

INSERT INTO receipts (party, natural_key, levy, content_blind, sealed, insurance, "first", "last", fen, late_fee,
    interest, told_month, accounting_month, collected_on, state, taken_at)
SELECT 'tax-hunan', '34301260' || number || '/' || insurance || '/2025-12', levy, decode(repeat('00', 32), 'hex'),
    decode(repeat('00', 500), 'hex'), insurance, month, month, fen, 0, 0, told, told, '2026-01-20', 'standing',
    1768881600000000 FROM made;

ANALYZE
