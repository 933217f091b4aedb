-- Dead letters that were sent again: once their ids are forgotten, sending them once more would count them twice.
CREATE TABLE replays (
  id BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of the id that the data was sent under',
  sent_at BIGINT NOT NULL COMMENT 'epoch ms',
  letters_below BIGINT NOT NULL COMMENT 'letters from this offset of their topic on are of data that died again'
) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin;
