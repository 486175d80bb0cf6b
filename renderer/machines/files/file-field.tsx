/** A file that a machine boots: chosen, or dropped on the field. */
import './file-field.css';
import { File as FileIcon, TriangleAlert, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { useHostConnection } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { type ShownError, shownError } from '../../state/shown-error.ts';
import { Button, Icon, IconButton, Progress } from '../../ui/index.ts';
import { describeFile } from '../fields/describe.ts';
import { type ChosenFile, chosen } from './chosen-file.ts';
import { handOver } from './upload.ts';

export interface FileFieldProps {
  /** What it is for: `Kernel`. */
  readonly label: string;
  readonly help: string;
  readonly optional?: boolean;
  readonly value: ChosenFile | null;
  readonly onChange: (file: ChosenFile | null) => void;
  /** True while a file is on its way to the host. */
  readonly onBusy: (busy: boolean) => void;
}

interface Sending {
  readonly name: string;
  /** 0 to 1; null: it has arrived, and the host looks at it. */
  readonly share: number | null;
}

export function FileField({ label, help, optional = false, value, onChange, onBusy }: FileFieldProps) {
  const t = useText('machines');
  const host = useHostConnection();
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<ShownError | null>(null);
  const [over, setOver] = useState(false);
  const controller = useRef<AbortController | null>(null);
  const helpId = useId();
  useEffect(() => () => controller.current?.abort(), []);

  const take = async (file: File) => {
    controller.current?.abort();
    const mine = new AbortController();
    controller.current = mine;
    setError(null);
    setSending({ name: file.name, share: 0 });
    onBusy(true);
    try {
      const ref = await handOver(host, file, {
        signal: mine.signal,
        onProgress: (share) => setSending({ name: file.name, share }),
      });
      setSending({ name: file.name, share: null });
      const found = await host.call('file.inspect', { file: ref }, { signal: mine.signal });
      onChange(chosen(ref, { ...found, name: file.name }));
    } catch (reason) {
      if (!mine.signal.aborted) setError(shownError(reason));
    } finally {
      if (controller.current === mine) {
        controller.current = null;
        setSending(null);
        onBusy(false);
      }
    }
  };
  const what = label.toLowerCase();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
    <div
      className={over ? 'file-field file-over' : 'file-field'}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file) void take(file);
      }}
    >
      <span className="file-label">
        {label}
        {optional && <span className="muted small"> {t('file.optional')}</span>}
      </span>
      {sending ? (
        <div className="row" role="status">
          <span className="grow ell">
            {sending.share === null
              ? t('file.inspecting', { name: sending.name })
              : t('file.sending', { name: sending.name, percent: Math.round(sending.share * 100) })}
          </span>
          <Progress label={label} value={sending.share} />
          <IconButton
            size="s"
            icon={X}
            label={t('file.cancel', { what })}
            onPress={() => {
              controller.current?.abort();
              controller.current = null;
              setSending(null);
              onBusy(false);
            }}
          />
        </div>
      ) : (
        <div className="row">
          {value && (
            <>
              <Icon of={value.usable ? FileIcon : TriangleAlert} className={value.usable ? 'muted' : 'st-aborted'} />
              <span className="strong ell">{value.name}</span>
            </>
          )}
          <FileTrigger
            onSelect={(files) => {
              const [file] = files ?? [];
              if (file) void take(file);
            }}
          >
            <Button size="s" aria-describedby={helpId}>
              {value ? t('file.change') : t('file.choose', { what })}
            </Button>
          </FileTrigger>
          {!value && <span className="muted small">{t('file.drop')}</span>}
          {value && <IconButton size="s" icon={X} label={t('file.remove', { what })} onPress={() => onChange(null)} />}
        </div>
      )}
      <p
        id={helpId}
        className={error || value?.usable === false ? 'field-error' : 'field-note'}
        role={error ? 'alert' : undefined}
      >
        {error ? `${error.message}. ${error.nextStep}` : value ? (value.text ?? describeFile(value)) : help}
      </p>
    </div>
  );
}
