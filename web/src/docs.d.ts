/** The numbered statements of a page of docs, which the build takes from there. */
declare module '*.md?examples' {
  const examples: { title: string; sql: string }[];
  export default examples;
}
