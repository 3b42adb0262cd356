-- Maps: the images of a dataset as points of a plane, near each other where a layer's vectors are.

-- One map of an embedding by a method; one that is drawn anew takes its place. In one table and without a key of its own,
-- since every B-tree of a file takes at least one page of 64 KiB. As rows, points took twice the room and a hundred times
-- as long to read.
CREATE TABLE projection (
    embedding_id      INTEGER NOT NULL REFERENCES embedding (id) ON DELETE CASCADE, -- whose vectors it shows
    method            TEXT    NOT NULL CHECK (method IN ('umap', 'pca')), -- how it was computed
    parameters        TEXT    NOT NULL CHECK (json_valid(parameters)), -- all that decides the result but the seed: metric, n_neighbors, min_dist, …
    parameters_sha256 BLOB    NOT NULL CHECK (length(parameters_sha256) = 32), -- of the text of parameters
    seed              INTEGER NOT NULL,                 -- of the random numbers
    alignment         INTEGER CHECK (alignment > 0),    -- maps of one number were fitted together, so that an image has a similar place on all; NULL: alone
    vectors_sha256    BLOB    NOT NULL CHECK (length(vectors_sha256) = 32), -- of what identifies the embedding and the images it was fitted on: another hash means other vectors
    trustworthiness   REAL    CHECK (trustworthiness BETWEEN 0 AND 1), -- are neighbors on the map neighbors among the vectors? NULL: too few points to say
    overlaps          TEXT    NOT NULL CHECK (json_valid(overlaps)), -- [{"model", "layer", "pooling", "overlap"}]: share of an image's nearest that another layer names too, by their vectors
    fitted            INTEGER NOT NULL CHECK (fitted >= 0), -- points whose places were found together
    extended          INTEGER NOT NULL CHECK (extended >= 0), -- points placed later, among the others, which did not move
    created_at        TEXT    NOT NULL,                 -- when it was fitted
    image_ids         BLOB    NOT NULL CHECK (length(image_ids) = 8 * (fitted + extended)), -- int64, little-endian: first the fitted, then the others
    coordinates       BLOB    NOT NULL CHECK (length(coordinates) = length(image_ids)), -- x and y of each, float32, little-endian
    PRIMARY KEY (embedding_id, method)
) STRICT, WITHOUT ROWID;
