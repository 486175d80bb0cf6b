import { Component, type ErrorInfo, type ReactNode } from 'react';
import { i18n } from '../i18n/i18n.ts';
import { shownError } from '../state/shown-error.ts';
import { Banner, Button } from '../ui/index.ts';

interface Props {
  readonly children: ReactNode;
  /** Called before the children are tried again. */
  readonly onReset?: () => void;
}

/** A part that breaks says so in its own place; the rest of the window goes on. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const shown = shownError(error);
    return (
      <div className="page-pad">
        <Banner
          level="error"
          title={i18n.t('app:error.pageBroke')}
          actions={
            <>
              <Button size="s" onPress={() => void navigator.clipboard.writeText(shown.details)}>
                {i18n.t('app:error.copyDetails')}
              </Button>
              <Button
                size="s"
                onPress={() => {
                  this.props.onReset?.();
                  this.setState({ error: null });
                }}
              >
                {i18n.t('app:error.reloadPage')}
              </Button>
            </>
          }
        >
          {shown.message} {shown.nextStep}
        </Banner>
      </div>
    );
  }
}
