-- The diary's promises, kept by the database whatever program writes to it:
--   * a segment is ten minutes long, half-open, and begins on a ten-minute mark;
--   * nobody works twice at the same time, on whatever contracts;
--   * a screenshot goes with its segment.
CREATE EXTENSION IF NOT EXISTS btree_gist;

ALTER TABLE diary_segment
    ADD CONSTRAINT segment_ten_minutes CHECK (
        during = tstzrange(start, start + interval '10 minutes') AND extract(epoch FROM start) % 600 = 0),
    ADD CONSTRAINT segment_no_overlap EXCLUDE USING gist (freelancer_id WITH =, during WITH &&);

ALTER TABLE diary_screenshot
    ADD CONSTRAINT screenshot_of_segment FOREIGN KEY (contract_id, start)
        REFERENCES diary_segment (contract_id, start) ON DELETE CASCADE;
