-- One file holds everything: images, the networks that looked at them, and what they saw.
-- Times are RFC 3339 in UTC. Hashes are the 32 raw bytes of a SHA-256.

CREATE TABLE dataset (
    id         INTEGER PRIMARY KEY,                     -- what other tables refer to
    name       TEXT NOT NULL UNIQUE CHECK (name <> ''), -- what --dataset and URLs say
    license    TEXT NOT NULL DEFAULT '',                -- licence of the images, as stated by whoever ships them
    source     TEXT NOT NULL DEFAULT '',                -- where the images come from
    created_at TEXT NOT NULL                            -- when the first image was ingested
) STRICT;

CREATE TABLE image (
    id               INTEGER PRIMARY KEY,               -- also the rowid in every vec0 table
    dataset_id       INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE, -- an image belongs to one dataset
    sha256           BLOB    NOT NULL CHECK (length(sha256) = 32), -- of the original bytes: the image's identity
    name             TEXT    NOT NULL,                  -- file name shown to people
    category         TEXT    NOT NULL DEFAULT '',       -- label; '' when the image has none
    format           TEXT    NOT NULL,                  -- jpeg, png, gif or webp
    width            INTEGER NOT NULL CHECK (width > 0),  -- pixels, after EXIF orientation
    height           INTEGER NOT NULL CHECK (height > 0), -- pixels, after EXIF orientation
    size             INTEGER NOT NULL CHECK (size > 0), -- bytes of the original
    thumbnail_format TEXT    NOT NULL DEFAULT '',       -- jpeg or png; '': the original is small enough to be its own thumbnail
    UNIQUE (sha256, dataset_id)                         -- in this order it also finds an image by its bytes alone
) STRICT;
CREATE INDEX image_by_category ON image (dataset_id, category, id);
CREATE INDEX image_by_name ON image (dataset_id, name);

-- The bytes as they came, in parts of 4080 bytes, sixteen of which fill a 64 KiB page: whole images would leave up to a
-- third of the file empty. Apart from image, so that listing a dataset does not walk over megabytes of pixels.
CREATE TABLE original (
    id    INTEGER PRIMARY KEY,                          -- image.id * 1048576 + number of the part, from 0
    bytes BLOB NOT NULL                                 -- one after the other they are the file
) STRICT;

-- Small pictures for result grids, in parts like originals; an image that is small itself has none.
CREATE TABLE thumbnail (
    id    INTEGER PRIMARY KEY,                          -- image.id * 1048576 + number of the part, from 0
    bytes BLOB NOT NULL                                 -- one after the other they are the picture
) STRICT;

-- Stands for the foreign keys that parts cannot have.
CREATE TRIGGER image_deleted AFTER DELETE ON image BEGIN
    DELETE FROM original  WHERE id BETWEEN old.id * 1048576 AND old.id * 1048576 + 1048575;
    DELETE FROM thumbnail WHERE id BETWEEN old.id * 1048576 AND old.id * 1048576 + 1048575;
END;

-- What an ingest has seen in its source: how a second run knows that nothing changed, and the quarantine.
CREATE TABLE file (
    dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE, -- the dataset it was ingested into
    name       TEXT    NOT NULL,                        -- slash-separated path below the source
    size       INTEGER NOT NULL,                        -- bytes
    mtime_ns   INTEGER NOT NULL,                        -- modification time, Unix nanoseconds
    image_id   INTEGER REFERENCES image (id) ON DELETE CASCADE, -- the image these bytes became
    reason     TEXT,                                    -- why the file is in quarantine, for a person to read
    PRIMARY KEY (dataset_id, name),
    CHECK ((image_id IS NULL) <> (reason IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX file_by_image ON file (image_id);

CREATE TABLE model (
    id           INTEGER PRIMARY KEY,                   -- what other tables refer to
    name         TEXT NOT NULL CHECK (name <> ''),      -- densenet121; two versions of one name may live side by side
    sha256       BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of graph hash and manifest: the model's identity
    graph_sha256 BLOB NOT NULL CHECK (length(graph_sha256) = 32),  -- of the ONNX bytes in model_graph
    manifest     TEXT NOT NULL CHECK (json_valid(manifest)),       -- input, preprocessing, layers, provenance
    created_at   TEXT NOT NULL                          -- when it was first used on this file
) STRICT;

-- ONNX graphs with their weights, once per content; absent in a snapshot made --without-models.
CREATE TABLE model_graph (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32), -- of onnx
    onnx   BLOB NOT NULL                                -- the graph and its weights, as ONNX Runtime reads them
) STRICT, WITHOUT ROWID;

CREATE TABLE layer (
    id         INTEGER PRIMARY KEY,                     -- what other tables refer to
    model_id   INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE, -- a layer belongs to one model
    name       TEXT    NOT NULL,                        -- Keras' name where Keras has one
    type       TEXT    NOT NULL,                        -- Keras' class name: Conv2D, Activation, Concatenate, …
    position   INTEGER NOT NULL,                        -- index in the network, from the input
    channels   INTEGER NOT NULL CHECK (channels > 0),   -- depth of the feature map
    height     INTEGER NOT NULL,                        -- of the feature map at the model's native input size
    width      INTEGER NOT NULL,                        -- likewise
    parameters INTEGER NOT NULL,                        -- weights in this layer, as Keras counts them
    UNIQUE (model_id, name)
) STRICT;

-- One embedding = the vectors of a dataset's images at one layer under one pooling.
-- The vectors live in the vec0 table vec_<id> (rowid = image id, column embedding float[dimension]; auxiliary columns
-- channel_mean and channel_max: float32 little-endian, one per channel, over the whole feature map).
CREATE TABLE embedding (
    id         INTEGER PRIMARY KEY,                     -- names the vec0 table
    dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE, -- whose images
    layer_id   INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE,   -- seen by what
    pooling    TEXT    NOT NULL,                        -- part of the identity, e.g. gem:3/2x2
    dimension  INTEGER NOT NULL CHECK (dimension BETWEEN 1 AND 8192), -- numbers per vector; sqlite-vec allows 8192
    runtime    TEXT    NOT NULL,                        -- what computed it, e.g. onnxruntime 1.30.0
    UNIQUE (dataset_id, layer_id, pooling)
) STRICT;

CREATE TABLE score (
    embedding_id INTEGER NOT NULL REFERENCES embedding (id) ON DELETE CASCADE, -- what was measured
    metric       TEXT    NOT NULL,                      -- cosine, euclidean, sqeuclidean, minkowski:<p>
    category     TEXT    NOT NULL,                      -- '' = mean over all queries
    weighted     REAL    NOT NULL,                      -- weighted search score, 0–100
    queries      INTEGER NOT NULL,                      -- how many queries the mean is over
    PRIMARY KEY (embedding_id, metric, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id          INTEGER PRIMARY KEY,                    -- runs count up
    dataset_id  INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE, -- what it worked on
    command     TEXT NOT NULL,                          -- ingest, evaluate, …
    options     TEXT NOT NULL CHECK (json_valid(options)), -- as given, for whoever wants to repeat it
    version     TEXT NOT NULL,                          -- of convnet
    status      TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'interrupted')), -- running: or killed
    summary     TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(summary)), -- what it did, as it reported it
    started_at  TEXT NOT NULL,                          -- when it began
    finished_at TEXT NOT NULL DEFAULT ''                -- '' while running, or when the run was killed
) STRICT;

-- Present (one row) only in a snapshot: what was shipped, by whom it may be used, and the hashes to verify it.
CREATE TABLE snapshot (
    id         INTEGER PRIMARY KEY CHECK (id = 1),      -- at most one row
    manifest   TEXT NOT NULL CHECK (json_valid(manifest)), -- datasets, models, embeddings, hashes, versions
    created_at TEXT NOT NULL,                           -- when it was made
    changed_at TEXT NOT NULL DEFAULT ''                 -- when somebody first wrote to it, and the manifest ceased to hold
) STRICT;
