-- A court is called a court.
ALTER TABLE sessions RENAME COLUMN source TO court;
