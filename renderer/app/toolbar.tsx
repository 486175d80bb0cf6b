/** VirtualBox's toolbar: icon over word, groups apart. What cannot be used stays, and says why. */
import { ChevronDown, Search } from 'lucide-react';
import { Toolbar as AriaToolbar, Button } from 'react-aria-components';
import { allActions, runAction, shortcutOf, whyNot } from '../actions/actions.ts';
import { useAction, useActionContext } from '../actions/use-action.ts';
import { useText } from '../i18n/i18n.ts';
import { isUp } from '../machines/machine-actions.ts';
import { withReason } from '../ui/button.tsx';
import { Icon, Keys, Menu, MenuItem, WithTooltip } from '../ui/index.ts';
import { openPalette } from './palette/palette-state.ts';

export function Toolbar() {
  const t = useText('app');
  const { machine } = useActionContext();
  const up = machine !== undefined && isUp(machine.state);
  return (
    <header className="toolbar">
      <AriaToolbar className="tools" aria-label={t('toolbar.label')}>
        <Tool id="machine.new" label={t('toolbar.new')} />
        <span className="sep" />
        <Tool id="machine.settings" />
        <Tool id="machine.discard" />
        <span className="sep" />
        {up ? (
          <Tool id="machine.show" label={t('toolbar.show')} />
        ) : (
          <Tool
            id="machine.start"
            go
            more={['machine.start', 'machine.startInBackground']}
            moreLabel={t('toolbar.startMore')}
          />
        )}
        {machine?.state === 'paused' ? <Tool id="machine.resume" /> : <Tool id="machine.pause" />}
        <Tool id="machine.reset" />
        <Tool id="machine.shutDown" more={['machine.shutDown', 'machine.powerOff']} moreLabel={t('toolbar.stopMore')} />
      </AriaToolbar>
      <span className="grow" />
      <Button className="kbtn" onPress={openPalette}>
        <Icon of={Search} size={14} />
        <span className="kbtn-text">{t('action.palette')}</span>
        <Keys of="mod+k" joined />
      </Button>
    </header>
  );
}

interface ToolProps {
  readonly id: string;
  /** Where the action's own is too long. */
  readonly label?: string;
  /** Its icon has the colour of what runs. */
  readonly go?: boolean;
  readonly more?: readonly string[];
  readonly moreLabel?: string;
}

function Tool({ id, label, go = false, more, moreLabel }: ToolProps) {
  const { action, label: own, whyNot: reason, run } = useAction(id);
  const context = useActionContext();
  const shortcut = shortcutOf(action, context.host.door);
  const button = (
    <Button className={go ? 'tb tb-go' : 'tb'} {...withReason({ onPress: run }, reason)} aria-label={own}>
      {action.icon && <Icon of={action.icon} size={18} />}
      <span>{label ?? own}</span>
    </Button>
  );
  const tipped = (
    <WithTooltip text={reason ?? own} {...(shortcut === undefined ? {} : { shortcut })}>
      {button}
    </WithTooltip>
  );
  if (!more || moreLabel === undefined) return tipped;
  const items = allActions().filter((each) => more.includes(each.id));
  // It opens all the same: its items say why not
  const usable = items.some((each) => whyNot(each, context) === undefined);
  return (
    <span className="tb-split">
      {tipped}
      <Menu
        label={moreLabel}
        trigger={
          <Button className={usable ? 'tb-more' : 'tb-more tb-unusable'} aria-label={moreLabel}>
            <Icon of={ChevronDown} size={12} />
          </Button>
        }
      >
        {items.map((each) => (
          <MenuItem
            key={each.id}
            id={each.id}
            label={each.menuLabel?.() ?? each.label(context)}
            whyNot={whyNot(each, context)}
            onAction={() => runAction(each.id, context)}
            {...(each.icon ? { icon: each.icon } : {})}
          />
        ))}
      </Menu>
    </span>
  );
}
