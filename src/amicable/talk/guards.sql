-- What is in a file stays as it came: it is evidence.
CREATE FUNCTION talk_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'talk: % of % is refused; files are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER talk_piece_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON talk_piece
    FOR EACH STATEMENT EXECUTE FUNCTION talk_refuse();

-- Most of what people send is compressed already.
ALTER TABLE talk_piece ALTER COLUMN data SET STORAGE EXTERNAL;
