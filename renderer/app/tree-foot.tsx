/** What belongs to no machine, at the foot of the tree. */
import { Button } from 'react-aria-components';
import { shortcutOf } from '../actions/actions.ts';
import { useAction, useActionContext } from '../actions/use-action.ts';
import { withReason } from '../ui/button.tsx';
import { Icon, WithTooltip } from '../ui/index.ts';

export function TreeFoot() {
  const { host } = useActionContext();
  return (
    <div className="foot">
      <FootItem id="trash.open" />
      {host.door === 'serve' && <FootItem id="link.share" />}
      <FootItem id="preferences.open" />
    </div>
  );
}

function FootItem({ id }: { readonly id: string }) {
  const { action, label, whyNot, run } = useAction(id);
  const { host } = useActionContext();
  const shortcut = shortcutOf(action, host.door);
  return (
    <WithTooltip text={whyNot ?? label} placement="right" {...(shortcut === undefined ? {} : { shortcut })}>
      <Button className="nav" {...withReason({ onPress: run }, whyNot)}>
        {action.icon && <Icon of={action.icon} />}
        <span className="nav-text">{label}</span>
      </Button>
    </WithTooltip>
  );
}
