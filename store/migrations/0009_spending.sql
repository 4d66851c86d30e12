-- What agents' brains cost in a day, by brain.

CREATE TABLE brain_spending (
    -- Days since 1970-01-01, in the time zone of the business.
    day INTEGER NOT NULL,
    agent TEXT NOT NULL,
    -- Its name in the configuration; empty for what was spent before brains were told apart.
    brain TEXT NOT NULL,
    answers INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    -- Millionths of the currency that the prices are in.
    cost INTEGER NOT NULL,
    PRIMARY KEY (day, agent, brain)
) STRICT, WITHOUT ROWID;
INSERT INTO brain_spending SELECT day, agent, '', 0, 0, 0, cost FROM brain_costs;
DROP TABLE brain_costs;
