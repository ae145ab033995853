using System.Diagnostics;
using System.Net.Sockets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Cluster;

/// <summary>nginx in front of the nodes, as an operator would set it up: passive health checks, and only reads are tried again elsewhere.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly Process _process;

    private Balancer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<Balancer> StartAsync(string folder, int port, IEnumerable<int> nodes)
    {
        Directory.CreateDirectory(folder);
        var user = Environment.UserName == "root" ? "user root;" : "";
        var servers = string.Concat(nodes.Select(node => $"server 127.0.0.1:{node} max_fails=1 fail_timeout=1s; "));

        // Without non_idempotent a POST goes to another node only where nothing of it was sent.
        await File.WriteAllTextAsync(
            Path.Combine(folder, "nginx.conf"),
            $$"""
            {{user}}
            daemon off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log;
            events { worker_connections 512; }
            http {
                access_log off;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                upstream nodes { {{servers}} }
                server {
                    listen 127.0.0.1:{{port}};
                    location / {
                        proxy_pass http://nodes;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-For $remote_addr;
                        proxy_connect_timeout 1s;
                        proxy_read_timeout 5s;
                        proxy_next_upstream error timeout http_502 http_503;
                    }
                }
            }
            """);
        var process = Process.Start(new ProcessStartInfo(Program, ["-p", folder, "-e", folder + "/error.log", "-c", folder + "/nginx.conf"])
        {
            RedirectStandardError = true,
        })!;
        for (var left = 100; ; left--)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
                return new Balancer(process, port);
            }
            catch (SocketException) when (left > 0 && !process.HasExited)
            {
                await ClusterWorld.PauseAsync(50);
            }
        }
    }

    // Where root's PATH has no sbin it is still there.
    public static string Program => Tool.Exists("nginx") ? "nginx" : "/usr/sbin/nginx";

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()])) await kill.WaitForExitAsync(CancellationToken.None);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
