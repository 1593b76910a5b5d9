import type { ComponentChildren } from 'preact';
import type { CommonRequest, PlaceLink, Reply } from '../../src/shared/protocol';

type Ask = (request: CommonRequest) => Promise<Reply>;

/** A file of the project, with its line: "plan.md:47". */
export function FileLink({
  place,
  ask,
  tabIndex,
  children,
}: {
  place: PlaceLink;
  ask: Ask;
  tabIndex?: number | undefined;
  children?: ComponentChildren;
}) {
  const name = place.file.split(/[\\/]/).at(-1) ?? place.file;
  return (
    <Link title={place.file} tabIndex={tabIndex} onOpen={() => void ask({ kind: 'openFile', place })}>
      {children ?? (place.line === undefined ? name : `${name}:${String(place.line)}`)}
    </Link>
  );
}

export function CommitLink({
  commit,
  ask,
  tabIndex,
}: {
  commit: string;
  ask: Ask;
  tabIndex?: number | undefined;
}) {
  return (
    <Link
      class="mono"
      title={`Show commit ${commit}`}
      tabIndex={tabIndex}
      onOpen={() => void ask({ kind: 'openCommit', commit })}
    >
      {commit.slice(0, 8)}
    </Link>
  );
}

/** Looks and reads like a link, and leads nowhere without the host: an address here would be VS Code's to follow. */
export function Link({
  onOpen,
  title,
  class: more,
  tabIndex,
  children,
}: {
  onOpen: () => void;
  title?: string;
  class?: string;
  /** In a region with a roving tabindex. */
  tabIndex?: number | undefined;
  children: ComponentChildren;
}) {
  return (
    <a
      href="#"
      class={more}
      title={title}
      tabIndex={tabIndex}
      onClick={(event) => {
        event.preventDefault();
        onOpen();
      }}
    >
      {children}
    </a>
  );
}

/** HTML that the host has rendered from a Markdown file with HTML off. Its links go to the host. */
export function Markdown({ html, from, ask }: { html: string; from: string; ask: Ask }) {
  return (
    <div
      class="md"
      onClick={(event) => {
        const link = event.target instanceof Element ? event.target.closest('a') : null;
        if (!link) return;
        event.preventDefault();
        void ask({ kind: 'openLink', href: link.getAttribute('href') ?? '', from });
      }}
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
