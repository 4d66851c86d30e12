-- What agents' brains cost in a day.

CREATE TABLE brain_costs (
    -- Days since 1970-01-01, in the time zone of the business.
    day INTEGER NOT NULL,
    agent TEXT NOT NULL,
    -- Millionths of the currency that the prices are in.
    cost INTEGER NOT NULL,
    PRIMARY KEY (day, agent)
) STRICT, WITHOUT ROWID;
