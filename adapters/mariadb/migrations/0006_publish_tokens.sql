-- What tokens of the scope publish are good for; their origins have a column already.
ALTER TABLE tokens
  ADD COLUMN metrics JSON NULL COMMENT 'names that may be read' AFTER scopes,
  ADD COLUMN rate INT UNSIGNED NULL COMMENT 'requests a minute' AFTER origins;
