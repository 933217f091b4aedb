/** A style sheet as the text of a module. */
declare module '*.css?inline' {
  const text: string
  export default text
}
