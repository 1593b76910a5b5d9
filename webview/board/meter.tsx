/** A bar; the number beside it says the same. Its width is an attribute, as the policy allows no inline style. */
export function Meter({ fill }: { fill: number }) {
  return (
    <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bg" width="100" height="4" />
      <rect class="fg" width={fill} height="4" />
    </svg>
  );
}
