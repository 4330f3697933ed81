//! Runs the service on a socket until it is told to stop.
//!
//! Enters: a listener, an [`App`] and something that ends when the server is to stop. Leaves: nothing; requests that have begun
//! are answered first. How connections are held: [`connections`]. Next: [`crate::cli`].

mod connections;

use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::router::router;
use crate::state::App;
use crate::webhooks::courier;

/// Seconds that requests get to end once the server is told to stop, beyond their own deadline.
const GRACE: Duration = Duration::from_secs(5);

/// How often what is due is looked for.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often the log is told of refusals that came again.
const MINUTE: Duration = Duration::from_secs(60);

/// Serves until `shutdown` ends, then answers what has begun and returns.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()> + Send + 'static) {
    let patience = app.config().timeout() + GRACE;
    let (told, stop) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move {
        shutdown.await;
        tracing::info!("stopping: no new requests are taken");
        // Nobody is left to hear it only when serving has ended by itself.
        let _ = told.send(());
    };
    // Ends with the server.
    let going_on = tokio::spawn(go_on(app.clone()));
    let courier = tokio::spawn(courier::work(app.clone()));
    let housekeeping = tokio::spawn(keep_house(app.clone()));
    let counting = tokio::spawn(count_refusals(app.clone()));
    let serving = connections::serve(listener, router(app.clone()), connections::LONGEST_HEAD, shutdown);
    let out_of_patience = async move {
        if stop.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = serving => {}
        () = out_of_patience => tracing::warn!("stopped with requests still open"),
    }
    going_on.abort();
    courier.abort();
    housekeeping.abort();
    counting.abort();
    if let Err(problem) = app.blocking(|app| Ok(app.audit().note_repeats(Timestamp::MAX)?)).await {
        tracing::warn!(cause = %problem, "refusals were not counted to the end");
    }
}

/// Reads what the first change would have to wait for, and goes on with the run that the last end of the server has cut off.
async fn go_on(app: App) {
    if let Err(problem) = app.blocking(App::make_ready).await {
        tracing::warn!(cause = %problem, "the first change will have to wait");
    }
    if let Err(problem) = app.blocking(App::go_on_with_run).await {
        tracing::warn!(cause = %problem, "the run that was cut off is not gone on with");
    }
}

/// Does once a day what is due: personal data whose time is over is blanked. What fails is tried again the next day.
async fn keep_house(app: App) {
    let mut days = tokio::time::interval(DAY);
    loop {
        days.tick().await;
        if let Err(problem) = app.blocking(App::blank_personal).await {
            tracing::warn!(cause = %problem, "personal data was not blanked");
        }
    }
}

/// Tells the log once a minute how often the same refusals came again.
async fn count_refusals(app: App) {
    let mut minutes = tokio::time::interval(MINUTE);
    loop {
        minutes.tick().await;
        let counted = |app: &App| Ok(app.audit().note_repeats(Timestamp::now() - MINUTE)?);
        if let Err(problem) = app.blocking(counted).await {
            tracing::warn!(cause = %problem, "refusals were not counted");
        }
    }
}

/// Ends when the process is asked to stop: by Ctrl-C, or by `SIGTERM` where there are signals.
pub async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
