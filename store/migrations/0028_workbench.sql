-- Rehearsals of agents that were written in the console.

CREATE TABLE rehearsals (
    agent TEXT NOT NULL,
    name TEXT NOT NULL,
    yaml TEXT NOT NULL,
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (agent, name)
) STRICT, WITHOUT ROWID;
