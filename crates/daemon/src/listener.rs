//! A listener with bounds: so many connections, so long for a handshake and a head, and a drain at the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::Draining;
use hurried::Hurried;

mod hurried;

/// What a listener allows.
#[derive(Debug, Clone)]
pub struct ListenerOptions {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it shows; plain HTTP without.
    pub tls: Option<Arc<ServerConfig>>,
    /// The most connections at once; more wait in the system's queue.
    pub most_connections: usize,
    /// How long a TLS handshake and the head of a request may take.
    pub head_wait: Duration,
}

/// The address of whoever sent a request, as an extension of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddress(pub SocketAddr);

/// Why a service does not listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct ListenError {
    /// Where.
    pub address: SocketAddr,
    /// Why.
    pub source: std::io::Error,
}

/// A bound socket that does not serve yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    options: ListenerOptions,
}

impl Listener {
    /// Binds the socket.
    ///
    /// # Errors
    /// When the address is in use or not allowed.
    pub async fn bind(options: ListenerOptions) -> Result<Listener, ListenError> {
        let address = options.address;
        let socket = TcpListener::bind(address).await.map_err(|source| ListenError { address, source })?;
        Ok(Listener { socket, options })
    }

    /// Where it listens: the port that the system chose where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap_or(self.options.address)
    }

    /// Serves until the drain begins, then lets open requests end.
    pub async fn serve(self, router: Router, draining: Draining) {
        let slots = Arc::new(Semaphore::new(self.options.most_connections));
        let acceptor = self.options.tls.clone().map(TlsAcceptor::from);
        let mut stop = draining.clone();
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            let (stream, peer) = tokio::select! {
                () = stop.begun() => return,
                accepted = self.socket.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file handles, most likely: others will be closed.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
            };
            let (router, acceptor, draining) = (router.clone(), acceptor.clone(), draining.clone());
            let head_wait = self.options.head_wait;
            tokio::spawn(async move {
                serve_one(stream, peer, acceptor, router, head_wait, draining).await;
                drop(slot);
            });
        }
    }
}

async fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    head_wait: Duration,
    draining: Draining,
) {
    let _ = stream.set_nodelay(true);
    match acceptor {
        None => speak(stream, peer, router, head_wait, draining).await,
        Some(acceptor) => match tokio::time::timeout(head_wait, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => speak(stream, peer, router, head_wait, draining).await,
            Ok(Err(error)) => tracing::debug!(peer.address = %peer, %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!(peer.address = %peer, "a TLS handshake took too long"),
        },
    }
}

async fn speak<S>(stream: S, peer: SocketAddr, router: Router, head_wait: Duration, mut draining: Draining)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(PeerAddress(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head_wait).max_buf_size(64 << 10);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .max_concurrent_streams(128)
        .max_header_list_size(32 << 10)
        .max_pending_accept_reset_streams(Some(20));
    // What version of HTTP is spoken shows in the first bytes, for which hyper waits without end.
    let stream = Hurried::new(stream, head_wait);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = draining.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(peer.address = %peer, error = %error, "a connection ended early");
    }
}
