import { Component, type ComponentType, h } from "preact";

/** The component, drawn again only when one of its properties is another. */
export function memo<Props extends object>(Drawn: ComponentType<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const names = new Set([...Object.keys(next), ...Object.keys(this.props)]) as Set<keyof Props>;
      return [...names].some((name) => next[name] !== (this.props as Props)[name]);
    }

    override render() {
      return h(Drawn, this.props as Props);
    }
  };
}
