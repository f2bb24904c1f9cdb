package io.tidemark.csv;

import java.nio.file.Path;
import java.util.List;

/**
 * What an import of a file would do.
 *
 * @param file the file
 * @param mapping the options it was read with
 * @param delimiter between cells
 * @param longForm whether a column names the tag of each row
 * @param timeColumn heading of the time column
 * @param timeFormat what times look like, for a person
 * @param columns the tags
 * @param ignoredColumns headings of columns that become no tag and have no other part
 * @param headings all headings
 * @param firstRows the first rows as they are in the file
 * @param badRows the first rows and cells that would be left out
 * @param notes what was decided and could surprise
 * @param result what the import would report
 */
public record CsvPreview(
    Path file,
    CsvMapping mapping,
    char delimiter,
    boolean longForm,
    String timeColumn,
    String timeFormat,
    List<CsvColumn> columns,
    List<String> ignoredColumns,
    List<String> headings,
    List<List<String>> firstRows,
    List<CsvBadRow> badRows,
    List<String> notes,
    CsvResult result) {
  /** Most rows shown. */
  public static final int FIRST_ROWS_MAX = 10;

  /** Most bad rows kept; {@link CsvResult#badRows()} counts all. */
  public static final int BAD_ROWS_MAX = 100;
}
