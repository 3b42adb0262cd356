-- Pictures that somebody has searched with and saved. They belong to no dataset: no search finds them.

-- One picture. In one row and with no index beside it, since there are few, and every B-tree takes a page of 64 KiB.
CREATE TABLE saved_query (
    id               INTEGER PRIMARY KEY,               -- the first 44 bits of sha256: an address with it never leads to another picture
    sha256           BLOB    NOT NULL CHECK (length(sha256) = 32), -- of picture; the same picture is saved once
    name             TEXT    NOT NULL CHECK (name <> ''), -- of the file, as its sender had it
    format           TEXT    NOT NULL,                  -- jpeg, png, gif or webp
    width            INTEGER NOT NULL CHECK (width > 0),  -- pixels, after EXIF orientation
    height           INTEGER NOT NULL CHECK (height > 0), -- likewise
    thumbnail_format TEXT    NOT NULL DEFAULT '',       -- jpeg; '': the picture is small enough to be its own thumbnail
    created_at       TEXT    NOT NULL,                  -- when it was saved
    thumbnail        BLOB    NOT NULL DEFAULT x'',      -- the small picture
    picture          BLOB    NOT NULL CHECK (length(picture) > 0) -- the bytes as they came; last, so that lists do not walk over them
) STRICT;
