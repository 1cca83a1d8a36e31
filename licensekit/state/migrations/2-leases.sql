-- A row for each seat that was ever used; it is free once its lease has expired.
CREATE TABLE leases (
    license {text} NOT NULL,
    seat {integer} NOT NULL CHECK (seat >= 0),
    id {text} NOT NULL,
    holder {text} NOT NULL,
    taken {integer} NOT NULL,
    expires {integer} NOT NULL,
    borrowed {integer} NOT NULL CHECK (borrowed IN (0, 1)),
    PRIMARY KEY (license, seat)
) {strict};
