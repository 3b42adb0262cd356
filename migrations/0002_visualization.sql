-- Pictures made by optimisation: what a part of a network responds to most. They need no dataset, only a model.

-- One picture for an objective on a layer. Making one takes seconds to minutes, so it is kept.
CREATE TABLE visualization (
    id                INTEGER PRIMARY KEY,              -- what visualization_png refers to
    layer_id          INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE, -- the layer whose activations were maximised
    objective         TEXT    NOT NULL CHECK (objective <> ''), -- canonical: channel:17, channel:-17 for its opposite, layer, class:3, …
    channel           INTEGER CHECK (channel >= 0),     -- 17 for channel:17 and channel:-17; NULL when it is not about one channel
    number            INTEGER NOT NULL CHECK (number >= 0), -- which picture of a set made to be diverse, from 0
    parameters        TEXT    NOT NULL CHECK (json_valid(parameters)), -- all that decides the result: size, steps, seed, param, transforms, …
    parameters_sha256 BLOB    NOT NULL CHECK (length(parameters_sha256) = 32), -- of the text of parameters
    size              INTEGER NOT NULL CHECK (size > 0), -- pixels on a side; pictures are square
    objective_start   REAL    NOT NULL,                 -- the objective's value before the first step
    objective_end     REAL    NOT NULL,                 -- and after the last
    curve             BLOB    NOT NULL CHECK (length(curve) % 4 = 0), -- the objective's value at each step: float32, little-endian
    dead              INTEGER NOT NULL CHECK (dead IN (0, 1)), -- 1: nothing excites it, and there may be no picture
    seconds           REAL    NOT NULL,                 -- how long it took
    png_bytes         INTEGER NOT NULL CHECK (png_bytes > 0 OR dead = 1), -- length of the PNG; 0: there is none
    png_sha256        BLOB    CHECK (length(png_sha256) = 32), -- of the PNG; NULL when there is none
    created_at        TEXT    NOT NULL,                 -- when it was made; the newest of an objective is shown
    UNIQUE (layer_id, objective, parameters_sha256, number)
) STRICT;

-- The PNGs in parts of 4080 bytes, like originals and for the same reason: most have 20 to 60 KB, of which a page of
-- 64 KiB holds one only, so that a third of the file would be empty. Apart from visualization, so that listing the
-- channels of a layer does not walk over their pixels.
CREATE TABLE visualization_png (
    id    INTEGER PRIMARY KEY,                          -- visualization.id * 1048576 + number of the part, from 0
    bytes BLOB NOT NULL                                 -- one after the other they are the PNG
) STRICT;

-- Stands for the foreign key that parts cannot have.
CREATE TRIGGER visualization_deleted AFTER DELETE ON visualization BEGIN
    DELETE FROM visualization_png WHERE id BETWEEN old.id * 1048576 AND old.id * 1048576 + 1048575;
END;

-- Pictures asked for from a page, in the order in which they are to be made. A request that is fulfilled is deleted.
CREATE TABLE visualization_request (
    id         INTEGER PRIMARY KEY,                     -- requests are worked on in this order
    layer_id   INTEGER NOT NULL REFERENCES layer (id) ON DELETE CASCADE, -- as in visualization
    objective  TEXT    NOT NULL CHECK (objective <> ''), -- as in visualization
    parameters TEXT    NOT NULL CHECK (json_valid(parameters)), -- as in visualization
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'running', 'failed')), -- running becomes waiting when the program starts again
    message    TEXT    NOT NULL DEFAULT '',             -- why it failed, for a person to read
    created_at TEXT    NOT NULL                         -- when it was asked for
) STRICT;
