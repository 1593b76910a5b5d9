/** A text of the project: what stands between backticks in the font of code, all of it in its own direction. */
export function Text({
  text,
  class: more,
  title,
}: {
  text: string;
  class?: string;
  title?: string | undefined;
}) {
  const parts = text.split(/`([^`\n]{1,200})`/);
  return (
    <bdi class={more} title={title}>
      {parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}
    </bdi>
  );
}
