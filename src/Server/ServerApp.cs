using Reelay.Server.Api;
using Reelay.Server.Api.Billing;
using Reelay.Server.Api.Callbacks;
using Reelay.Server.Api.Content;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Guards;
using Reelay.Server.Audit;
using Reelay.Server.Catalog;
using Reelay.Server.Files;
using Reelay.Server.OpenApi;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;
using Reelay.Server.Webhooks;

namespace Reelay.Server;

/// <summary>The whole server: services, then middleware, then routes, in the order a request meets them.</summary>
internal static class ServerApp
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    private static bool _isPrepared;

    /// <summary>Builds the server; tests add settings and replace the clock and randomness.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong, or another server has the data folder.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        Prepare();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        configure?.Invoke(builder);

        // ASP.NET's own switch would believe the forwarded headers of everybody.
        builder.Configuration["ForwardedHeaders_Enabled"] = null;
        if (string.IsNullOrEmpty(builder.Configuration["urls"])) builder.WebHost.UseUrls(DefaultUrl);
        var limits = new ConnectionLimits();
        builder.Configuration.GetSection("Reelay:Limits").Bind(limits);
        ServerServices.Check(limits, "Reelay:Limits");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            limits.Apply(kestrel.Limits);
        });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // What it has to say is thrown as well, and told in one sentence by whoever started the server.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // As long as anybody could log there, every request gets an activity and a log scope that nobody reads. What a request fails of
        // is logged by us, or by Kestrel once the answer has begun.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.AddReelay(builder.Configuration, DefaultUrl);

        var app = builder.Build();
        app.UseErrorBody(new RequestIds(app.Services.GetRequiredService<Randomness>()));
        app.Services.GetRequiredService<TrustedProxies>().Use(app);
        app.UseSecurityHeaders();
        app.Services.GetRequiredService<CorsGate>().Use(app);
        app.UseRequestGate();
        var withholding = app.Services.GetRequiredService<Withholding>();
        withholding.Use(app);
        app.UseRouting();
        app.Services.GetRequiredService<AuditTrail>().Use(app);
        Map(app);
        withholding.Apply(app);
        return app;
    }

    // The catalog is most of what a start compiles and reads, so that is done beside the rest of the start. What is read is kept: the start
    // finds it in CatalogFiles and at the providers. What is joined of it cannot be handed over, since channels, aliases and successors
    // belong in it, which settings tell; it is joined so that the code is compiled. What is wrong with it is told where it is used.
    private static void Prepare()
    {
        if (Interlocked.Exchange(ref _isPrepared, true)) return;
        new Thread(() =>
        {
            try
            {
                ModelCatalog.Load(new ProviderSet().Models);
            }
            catch (Exception exception) when (exception is CatalogException or InvalidOperationException or TypeInitializationException)
            {
                // Whoever needs it meets the same.
            }
        })
        { IsBackground = true }.Start();
    }

    private static void Map(WebApplication app)
    {
        app.Services.GetRequiredService<VideoEndpoints>().Map(app);
        app.Services.GetRequiredService<EstimateEndpoint>().Map(app);
        app.Services.GetRequiredService<ContentEndpoints>().Map(app);
        app.Services.GetRequiredService<FileEndpoints>().Map(app);
        app.Services.GetRequiredService<CharacterEndpoints>().Map(app);
        app.Services.GetRequiredService<InputEndpoints>().Map(app);
        app.Services.GetRequiredService<ModelEndpoints>().Map(app);
        app.Services.GetRequiredService<EndpointRoutes>().Map(app);
        app.Services.GetRequiredService<SecretRoutes>().Map(app);
        app.Services.GetRequiredService<DeliveryRoutes>().Map(app);
        app.Services.GetRequiredService<AdminChannelEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminKeyEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminAccountEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminNodeEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminTaskEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminTaskActions>().Map(app);
        app.Services.GetRequiredService<AdminAuditEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminSecretEndpoints>().Map(app);
        app.Services.GetRequiredService<UsageEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminLedgerEndpoints>().Map(app);
        app.Services.GetRequiredService<AdminPriceEndpoints>().Map(app);
        app.Services.GetRequiredService<CallbackEndpoint>().Map(app);
        app.Services.GetRequiredService<HealthEndpoints>().Map(app);
        app.Services.GetRequiredService<OpenApiEndpoint>().Map(app);
        app.Services.GetRequiredService<DocsEndpoints>().Map(app);
    }
}
