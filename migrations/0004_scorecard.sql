-- What searching with every image of a dataset found, query by query: the scorecard is made of it.

CREATE TABLE evaluation (
    embedding_id  INTEGER NOT NULL REFERENCES embedding (id) ON DELETE CASCADE, -- what was searched
    metric        TEXT    NOT NULL,                     -- cosine, euclidean, sqeuclidean, minkowski:<p>
    images        INTEGER NOT NULL CHECK (images >= 0), -- how many vectors were compared; another number now means it is stale
    labels_sha256 BLOB    NOT NULL CHECK (length(labels_sha256) = 32), -- of the images' ids and categories; likewise
    categories    TEXT    NOT NULL CHECK (json_valid(categories)), -- names, which the queries refer to by their place
    queries       BLOB    NOT NULL,                     -- about 30 bytes each: see store/evaluation_record.go
    PRIMARY KEY (embedding_id, metric)
) STRICT, WITHOUT ROWID;
