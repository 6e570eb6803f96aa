import { useEffect, useState } from 'preact/hooks';
import { post, refreshSession, session } from '../api.ts';
import { t } from '../i18n.ts';
import { go, place } from '../router.ts';
import { LanguageChoice } from '../parts/language-choice.tsx';
import logo from '../favicon.svg';

/** How one gets in: by the link that was printed, or by a name and a password. */
export function SignIn() {
  const link = place.value.query.get('link');
  const [problem, setProblem] = useState<string>();
  const enter = async (body: object): Promise<void> => {
    try {
      await post('session', body);
      await refreshSession();
      go([]);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => {
    if (link !== null) void enter({ link });
  }, [link]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    void enter({ name: fields.get('name'), password: fields.get('password') });
  };
  return (
    <main class="sign-in" id="content">
      <img src={logo} width="56" height="56" alt="" />
      <h1>Linstock</h1>
      {problem !== undefined && (
        <p class="bad-text" role="alert">
          {problem}
        </p>
      )}
      {session.value?.hasPasswords === true ? (
        <form class="form" onSubmit={submit}>
          <label class="whole">
            {t('userName')}
            <input name="name" autocomplete="username" required />
          </label>
          <label class="whole">
            {t('password')}
            <input name="password" type="password" autocomplete="current-password" required />
          </label>
          <button type="submit" class="primary">
            {t('signIn')}
          </button>
        </form>
      ) : (
        <p class="muted">{t('signInByLink')}</p>
      )}
      <LanguageChoice />
    </main>
  );
}
