using Microsoft.AspNetCore.Http.Features;
using Reelay.Server;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Engine;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Sqlite;
using Reelay.Simulation.Scheduling;

namespace Reelay.Simulation.World;

/// <summary>One process of the server: the whole program as it is, but for clock, chance, network, disk and log.</summary>
internal sealed class Node
{
    private readonly WebApplication _app;
    private readonly RequestDelegate _pipeline;
    private readonly SqliteDatabase _database;
    private readonly EngineHost _host;
    private readonly List<TaskCompletionSource<Reply>> _open = [];

    /// <summary>Builds the process; <see cref="StartAsync"/> starts it.</summary>
    public Node(RunState run, Disk disk, Upstreams upstreams, int number)
    {
        Strand = run.Scheduler.NewStrand("node " + number);
        Time = new StrandTime(run.Scheduler, Strand) { Offset = disk.ClockOffset };
        _database = SqliteDatabase.InMemory(disk.DatabaseName);
        var network = new Network(run, upstreams, Time);
        _app = ServerApp.Build([], builder =>
        {
            // Neither variables nor files of the machine it runs on.
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddInMemoryCollection(run.Scenario.Settings);
            builder.Services.AddSingleton<TimeProvider>(Time);
            builder.Services.AddSingleton<Randomness>(new RepeatableRandomness(run.Random.Next()));
            builder.Services.AddSingleton<Func<HttpMessageInvoker>>(() => new HttpMessageInvoker(network));
            builder.Host.UseServiceProviderFactory(new Overrides(services => Override(services, run, disk, network)));
        });
        Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() =>
            run.Expect(_isStopping, "a loop of the engine has died"));
        _app.UseEndpoints(_ => { });
        _pipeline = ((IApplicationBuilder)_app).Build();
        _host = Services.GetRequiredService<EngineHost>();
    }

    private bool _isStopping;

    public Strand Strand { get; }

    public StrandTime Time { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Whether it takes requests.</summary>
    public bool IsReady => !Strand.IsDead && _host.IsReady && !_isStopping;

    /// <summary>Takes over what the disk holds and begins to work.</summary>
    public Task StartAsync() => Strand.StartAsync(async () =>
    {
        await _host.StartingAsync(CancellationToken.None);
        await _host.StartedAsync(CancellationToken.None);
    });

    /// <summary>Ends as after a signal: calls in flight are waited for.</summary>
    public Task StopAsync() => Strand.StartAsync(async () =>
    {
        _isStopping = true;
        await _host.StoppingAsync(CancellationToken.None);
        await _host.StoppedAsync(CancellationToken.None);
    });

    /// <summary>Ends at once, whatever it does.</summary>
    public void Kill()
    {
        if (Strand.IsDead) return;
        Strand.Kill();
        Services.GetService<SqliteTaskStore>()?.Dispose();
        _database.Dispose();
        foreach (var waiting in _open.ToList()) waiting.TrySetException(new IOException("The connection was reset."));
    }

    /// <summary>Sends it a request. The answer comes where this was called.</summary>
    /// <exception cref="IOException">The process is gone, or went.</exception>
    public Task<Reply> SendAsync(Call call, CancellationToken hangUp)
    {
        if (!IsReady) throw new IOException("Connection refused.");
        var answer = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open.Add(answer);
        Strand.Post(async _ =>
        {
            try
            {
                answer.TrySetResult(await AnswerAsync(call, hangUp));
            }
            catch (Exception exception)
            {
                answer.TrySetException(exception);
            }

            _open.Remove(answer);
        }, null);
        return answer.Task;
    }

    private async Task<Reply> AnswerAsync(Call call, CancellationToken hangUp)
    {
        var response = new ResponseFeature();
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = Services, RequestAborted = hangUp };
        context.Features.Set<IHttpResponseFeature>(response);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        (context.Request.Method, context.Request.Scheme, context.Request.Host) = (call.Method, "http", new HostString("gateway.test"));
        context.Request.Path = call.Path;
        context.Request.ContentType = call.Body is null ? null : "application/json";
        context.Request.ContentLength = call.Body?.Length;
        context.Request.Body = new MemoryStream(call.Body ?? []);
        foreach (var (name, value) in call.Headers) context.Request.Headers[name] = value;
        await _pipeline(context);
        await context.Response.CompleteAsync();
        await response.EndAsync();
        return new Reply(context.Response.StatusCode, body.ToArray());
    }

    private void Override(IServiceCollection services, RunState run, Disk disk, Network network)
    {
        services.AddSingleton<ILoggerProvider>(new MistakeLog(run));
        services.AddSingleton(disk.Folder);
        services.AddSingleton(_database);
        services.AddSingleton<IAssetStore>(disk.Assets);
        services.AddSingleton(provider => new OutboundHttp(provider.GetRequiredService<FetcherOptions>(), network));
        if (run.NodeCount > 1)
        {
            var (tasks, leases) = disk.Serve();
            services.AddSingleton<ITaskStore>(new WatchedStore(tasks, run));
            services.AddSingleton<ILeaseStore>(leases);
            return;
        }

        services.AddSingleton<SqliteTaskStore>();
        services.AddSingleton<ITaskStore>(provider => new WatchedStore(provider.GetRequiredService<SqliteTaskStore>(), run));
        services.AddSingleton<ILeaseStore>(provider =>
        {
            run.OwnerId = provider.GetRequiredService<Ownership>().NodeId;
            return new SqliteLeaseStore(_database, Time);
        });
    }

    private sealed class Overrides(Action<IServiceCollection> change) : IServiceProviderFactory<IServiceCollection>
    {
        public IServiceCollection CreateBuilder(IServiceCollection services) => services;

        public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder)
        {
            foreach (var provider in containerBuilder.Where(service => service.ServiceType == typeof(ILoggerProvider)).ToList()) containerBuilder.Remove(provider);
            change(containerBuilder);
            return containerBuilder.BuildServiceProvider();
        }
    }

    private sealed class ResponseFeature : HttpResponseFeature
    {
        private readonly List<Func<Task>> _ends = [];

        public override void OnStarting(Func<object, Task> callback, object state) => _ends.Insert(0, () => callback(state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _ends.Add(() => callback(state));

        public async Task EndAsync()
        {
            foreach (var end in _ends.ToList()) await end();
        }
    }
}

/// <summary>A request to the server.</summary>
internal sealed record Call(string Method, string Path, byte[]? Body = null)
{
    public Dictionary<string, string> Headers { get; init; } = [];
}

/// <summary>Its answer.</summary>
internal sealed record Reply(int Status, byte[] Body);
