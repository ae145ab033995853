using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Reelay.Simulators;

/// <summary>A sandbox that listens: the process, or one inside a test. Disposing it stops it.</summary>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SandboxHost(WebApplication app, SandboxCore core, Inbox inbox)
    {
        (_app, Core, Inbox) = (app, core, inbox);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        BaseUrl = new Uri(address);
    }

    /// <summary>Where it listens, for example <c>http://127.0.0.1:8090/</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>What the simulators share.</summary>
    public SandboxCore Core { get; }

    /// <summary>What shall go wrong.</summary>
    public FaultBook Faults => Core.Faults;

    /// <summary>How fast it works.</summary>
    public Speed Speed => Core.Speed;

    /// <summary>Every create call, newest first, with what has become of it.</summary>
    public IReadOnlyList<SubmissionReport> Submissions => Core.Submissions();

    /// <summary>Webhooks that were delivered here.</summary>
    public Inbox Inbox { get; }

    /// <summary>Starts a sandbox.</summary>
    /// <param name="options">Settings and clock; of the defaults: any free port, in memory, cached clips.</param>
    /// <param name="logsToConsole">Whether what happens is told on the console.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, bool logsToConsole = false)
    {
        // The empty builder reads no settings of its own: neither a file that lies about nor a variable meant for another server.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        if (logsToConsole)
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // A start that fails is thrown, and told by the caller.
        builder.WebHost.UseUrls((options.Urls ?? $"http://127.0.0.1:{options.Port}").Split(';'));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = SimulatedRequest.MaxBodyBytes + (1024 * 1024));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(services => SandboxParts.Store(services.GetRequiredService<SandboxOptions>()));
        builder.Services.AddSingleton(services => SandboxParts.Clips(
            services.GetRequiredService<SandboxOptions>(), services.GetRequiredService<ILogger<FileClipStore>>()));
        builder.Services.AddSingleton<SandboxCore>();
        builder.Services.AddSingleton<Inbox>();
        builder.Services.AddHostedService<CallbackSender>();

        WebApplication app = builder.Build();
        try
        {
            app.MapControl();
            app.MapInbox();
            app.MapSamples();
            app.MapSimulators();
            app.Services.GetRequiredService<SandboxCore>().Resume();
            await app.StartAsync();
            return Started(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the process is told to stop.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static SandboxHost Started(WebApplication app)
    {
        SandboxHost host = new(app, app.Services.GetRequiredService<SandboxCore>(), app.Services.GetRequiredService<Inbox>());
        string simulators = string.Join(", ", host.Core.Simulators.Keys);
        SandboxLog.Listening(app.Logger, host.BaseUrl, simulators, host.Core.Options.Render, host.Core.Options.DataFolder ?? "memory");
        return host;
    }
}

internal static partial class SandboxLog
{
    [LoggerMessage(6000, LogLevel.Information, "Sandbox on {Url} plays {Simulators}; clips: {Render}; state in: {Folder}")]
    public static partial void Listening(ILogger logger, Uri url, string simulators, RenderMode render, string folder);
}
