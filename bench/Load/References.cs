namespace Reelay.Load;

/// <summary>What Reelay is measured against, as real processes.</summary>
internal static class References
{
    /// <summary>Starts a part of <c>bench/Reference</c>.</summary>
    public static Task<ServerProcess> StartAsync(Workplace workplace, params string[] part)
    {
        var port = Workplace.FreePort();
        var environment = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" };
        return ServerProcess.StartAsync(workplace.Program("Reference"), part, port, environment, workplace.PathOf(part[0] + ".log"));
    }

    /// <summary>Starts nginx with sendfile, one worker per core, over a folder.</summary>
    public static Task<ServerProcess> StartNginxAsync(Workplace workplace, string folder)
    {
        var port = Workplace.FreePort();
        var configuration = workplace.PathOf("nginx.conf");
        File.WriteAllText(
            configuration,
            $$"""
            worker_processes auto;
            daemon off;
            pid {{workplace.PathOf("nginx.pid")}};
            error_log {{workplace.PathOf("nginx-error.log")}};
            events { worker_connections 1024; }
            http {
                access_log off;
                sendfile on;
                tcp_nopush on;
                client_body_temp_path {{workplace.PathOf("nginx-body")}};
                proxy_temp_path {{workplace.PathOf("nginx-proxy")}};
                fastcgi_temp_path {{workplace.PathOf("nginx-fastcgi")}};
                uwsgi_temp_path {{workplace.PathOf("nginx-uwsgi")}};
                scgi_temp_path {{workplace.PathOf("nginx-scgi")}};
                types { video/mp4 mp4; }
                server {
                    listen 127.0.0.1:{{port}};
                    location / { root {{folder}}; }
                }
            }
            """);
        return ServerProcess.StartAsync("nginx", ["-c", configuration, "-e", workplace.PathOf("nginx-error.log")], port,
            new Dictionary<string, string>(), workplace.PathOf("nginx.log"));
    }
}
