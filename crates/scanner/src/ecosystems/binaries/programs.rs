//! Well-known programs that people install by hand: by which name a file is suspected, and which mark in its content
//! tells the version.
//!
//! The marks were read off the programs themselves: the text of `--version`, the `Server` header, the name a library
//! gives itself.

/// A program that is recognised by its content.
pub(super) struct Program {
    /// The name in its purl, `pkg:generic/NAME`.
    pub(super) purl_name: &'static str,
    /// File names; a `*` at the end stands for anything.
    pub(super) names: &'static [&'static str],
    /// Where its version stands.
    pub(super) mark: Mark,
    /// Whether the mark is in no other program, so that a file of any name is this one.
    pub(super) is_telling: bool,
}

impl Program {
    /// The mark, where it tells the program whatever its file is called.
    pub(super) fn telling_text(&self) -> Option<&'static [u8]> {
        match self.mark {
            Mark::After { text, .. } if self.is_telling => Some(text),
            _ => None,
        }
    }
}

/// Where a program's content has its version.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// Behind `text`, the last `own` bytes of which belong to it, and in front of `end`. An `end` that begins with `…`
    /// lets a builder's own mark stand in between; an empty one means that the version ends there. It has at least so
    /// many `numbers`, and two where it is no pre-release.
    After { text: &'static [u8], own: usize, numbers: usize, end: &'static str },
    /// A string of its own that begins with `prefix` and has three numbers; it must be the only such string.
    Bare { prefix: &'static str },
    /// The same, beginning with the version in the file's name.
    BareOfName,
    /// A string of its own with three numbers that is there a second time, followed by a build's id.
    BareWithBuildId,
}

const fn after(
    purl_name: &'static str,
    names: &'static [&'static str],
    text: &'static [u8],
    end: &'static str,
) -> Program {
    Program { purl_name, names, mark: Mark::After { text, own: 0, numbers: 2, end }, is_telling: false }
}

/// The same of a text that no other program has.
const fn telling(
    purl_name: &'static str,
    names: &'static [&'static str],
    text: &'static [u8],
    end: &'static str,
) -> Program {
    Program { is_telling: true, ..after(purl_name, names, text, end) }
}

/// Every program that is recognised.
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        purl_name: "apache-httpd",
        names: &["httpd", "apache2"],
        mark: Mark::After { text: b"Apache/", own: 0, numbers: 3, end: "" },
        is_telling: false,
    },
    telling("bash", &["bash"], b"Bash version ", "("),
    after("bind", &["named"], b"BIND ", ""),
    telling("busybox", &["busybox*"], b"BusyBox v", ""),
    after("curl", &["curl"], b"curl/", ""),
    after("dnsmasq", &["dnsmasq"], b"dnsmasq-", ""),
    telling("dovecot", &["dovecot"], b"Dovecot v", ""),
    after("dropbear", &["dropbear", "dropbearmulti"], b"SSH-2.0-dropbear_", ""),
    telling("ffmpeg", &["ffmpeg", "ffprobe", "libavutil.so*", "libavcodec.so*"], b"FFmpeg version n", ""),
    telling("ffmpeg", &["ffmpeg", "ffprobe", "libavutil.so*", "libavcodec.so*"], b"FFmpeg version ", ""),
    after("git", &["git"], b"git/", ""),
    after("haproxy", &["haproxy*"], b" version ", "…, released 20"),
    after("imagemagick", &["libMagickCore*", "magick"], b"ImageMagick ", ""),
    after("libcurl", &["libcurl.so*", "libcurl-gnutls.so*"], b"libcurl/", ""),
    Program { purl_name: "liblzma", names: &["liblzma.so*"], mark: Mark::Bare { prefix: "5." }, is_telling: false },
    after("lighttpd", &["lighttpd"], b"lighttpd/", ""),
    after("lua", &["lua", "lua5*", "liblua*"], b"Lua ", "  Copyright"),
    Program {
        purl_name: "mariadb",
        names: &["mariadbd", "mysqld"],
        mark: Mark::After { text: b"MariaDB ", own: 0, numbers: 3, end: "" },
        is_telling: false,
    },
    after("memcached", &["memcached"], b"memcached ", ""),
    after("mysql", &["mysqld"], b"/mysql-", "/"),
    telling("nginx", &["nginx*"], b"nginx version: nginx/", ""),
    telling("openresty", &["openresty", "nginx"], b"nginx version: openresty/", ""),
    telling("node", &["node*", "libnode.so*"], b"node.js/v", ""),
    after("openssl", &["openssl*", "libcrypto.so*", "libssl.so*", "libcrypto-*"], b"OpenSSL ", " "),
    Program {
        purl_name: "openvpn",
        names: &["openvpn"],
        mark: Mark::After { text: b"OpenVPN ", own: 0, numbers: 3, end: "" },
        is_telling: false,
    },
    Program {
        purl_name: "perl",
        names: &["perl", "perl5*", "libperl.so*"],
        mark: Mark::After { text: b"v5.", own: 2, numbers: 3, end: "\0" },
        is_telling: false,
    },
    telling("php", &["php", "php5*", "php7*", "php8*", "php-fpm*", "php-cgi*", "libphp*"], b"X-Powered-By: PHP/", ""),
    Program {
        purl_name: "postgresql",
        names: &["postgres"],
        // Pre-releases are of one number.
        mark: Mark::After { text: b"(PostgreSQL) ", own: 0, numbers: 1, end: "" },
        is_telling: false,
    },
    after("proftpd", &["proftpd"], b"ProFTPD ", ""),
    Program {
        purl_name: "python",
        names: &["python2.*", "python3.*", "libpython*"],
        mark: Mark::BareOfName,
        is_telling: false,
    },
    Program {
        purl_name: "redis",
        names: &["redis-server*", "redis-check-rdb", "redis-check-aof", "redis-sentinel"],
        mark: Mark::BareWithBuildId,
        is_telling: false,
    },
    after("ruby", &["ruby", "ruby2*", "ruby3*", "libruby*"], b"ruby ", " (20"),
    Program { purl_name: "sqlite", names: &["libsqlite3.so*"], mark: Mark::Bare { prefix: "3." }, is_telling: false },
    after("squid", &["squid"], b"squid/", ""),
    after("stunnel", &["stunnel*"], b"stunnel ", " on"),
    after("tor", &["tor"], b"(on Tor ", " "),
    after("unbound", &["unbound"], b"unbound ", ""),
    Program {
        purl_name: "valkey",
        names: &["valkey-server*", "valkey-check-rdb"],
        mark: Mark::BareWithBuildId,
        is_telling: false,
    },
    after("varnish", &["varnishd", "libvarnishapi.so*"], b"varnish-", " revision"),
    telling("vsftpd", &["vsftpd"], b"(vsFTPd ", ")"),
    after("zlib", &["libz.so*"], b" deflate ", " Copyright"),
];
