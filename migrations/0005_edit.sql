-- What a person has decided about images: to move them to another category, or to delete them. The files on disk are never
-- touched, so a decision that was carried out is kept: without it, the next ingest of the same files would undo it.
CREATE TABLE edit (
    dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE, -- whose image
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32), -- of the image's bytes: a deleted image has no id any more
    pending    INTEGER NOT NULL CHECK (pending IN (0, 1)), -- 1: staged, nothing is changed yet; 0: carried out, and ingest heeds it
    action     TEXT    NOT NULL CHECK (action IN ('move', 'delete')), -- what to do with the image
    category   TEXT    NOT NULL CHECK (action = 'move' OR category = ''), -- where to move it; '' is no category
    name       TEXT    NOT NULL,                        -- the image's file name, for people
    was        TEXT    NOT NULL,                        -- its category before
    created_at TEXT    NOT NULL,                        -- when it was staged or carried out
    PRIMARY KEY (dataset_id, sha256, pending)
) STRICT, WITHOUT ROWID;

-- What was staged for an image that an ingest has removed meanwhile has nothing left to do.
CREATE TRIGGER image_deleted_edit AFTER DELETE ON image BEGIN
    DELETE FROM edit WHERE dataset_id = old.dataset_id AND sha256 = old.sha256 AND pending = 1;
END;
