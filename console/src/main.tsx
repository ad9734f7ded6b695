import { render } from "preact";
import { App } from "./app";
import { ArrivingWarning } from "./transfer/arriving";

const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(
    <>
      <ArrivingWarning />
      <App />
    </>,
    root,
  );
}
