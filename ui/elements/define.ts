/** Defines an element unless it is there already: the module of the widgets may be loaded twice, from two addresses. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element)
}
