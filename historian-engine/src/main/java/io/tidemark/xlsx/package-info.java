/** Writes workbooks for spreadsheets; the only package that knows their library. */
package io.tidemark.xlsx;
