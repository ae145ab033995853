using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Reelay.Server.Accounts;
using Reelay.Server.Api;
using Reelay.Server.Api.Archives;
using Reelay.Server.Api.Callbacks;
using Reelay.Server.Api.Content;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Events;
using Reelay.Server.Api.Guards;
using Reelay.Server.Api.Limiting;
using Reelay.Server.Assets;
using Reelay.Server.Assets.Bucket;
using Reelay.Server.Assets.Fetching;
using Reelay.Server.Assets.Links;
using Reelay.Server.Assets.Variants;
using Reelay.Server.Audit;
using Reelay.Server.Billing;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Files;
using Reelay.Server.OpenApi;
using Reelay.Server.Retention;
using Reelay.Server.Routing;
using Reelay.Server.Routing.Sources;
using Reelay.Server.Secrets;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Server.Webhooks;

namespace Reelay.Server;

/// <summary>What the server is made of. Everything lives as long as the process.</summary>
internal static class ServerServices
{
    public static void AddReelay(this IServiceCollection services, IConfiguration configuration, string defaultUrl)
    {
        var options = new ServerOptions();
        configuration.GetSection("Reelay").Bind(options);
        Check(options, "Reelay");
        var engineOptions = new EngineOptions();
        configuration.GetSection("Reelay:Engine").Bind(engineOptions);
        Check(engineOptions, "Reelay:Engine");
        configuration.GetSection("Reelay:Failover").Bind(engineOptions.Failover);
        Check(engineOptions.Failover, "Reelay:Failover");
        var clusterOptions = new ClusterOptions();
        configuration.GetSection("Reelay:Cluster").Bind(clusterOptions);
        Check(clusterOptions, "Reelay:Cluster");
        var variantOptions = new VariantOptions();
        configuration.GetSection("Reelay:Variants").Bind(variantOptions);
        Check(variantOptions, "Reelay:Variants");
        var webhookOptions = new WebhookOptions();
        configuration.GetSection("Reelay:Webhooks").Bind(webhookOptions);
        Check(webhookOptions, "Reelay:Webhooks");
        services.AddSingleton(options);
        services.AddSingleton(engineOptions);
        services.AddSingleton(clusterOptions);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Randomness.System);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(engineOptions.DrainSeconds + 15));

        services.AddBucket(configuration, engineOptions);
        AddStorage(services, configuration, options);
        AddAssets(services, options, WebhookServices.ReadOrigins(configuration), StorageServices.IsPostgres(configuration));
        services.AddVariants(variantOptions);
        AddChannels(services, configuration, options, configuration["urls"] ?? defaultUrl);
        AddEngine(services, options);
        var withheld = Withholding.Read(configuration);
        services.AddSingleton(TrustedProxies.Read(configuration));
        services.AddSingleton(provider => new Withholding(withheld, provider.GetRequiredService<Authentication>()));
        AddApi(services);
        AddArchives(services, configuration);
        services.AddFiles();
        services.AddWebhooks(webhookOptions);
        services.AddSecrets(configuration);
        services.AddAudit();
        services.AddRetention(options.Retention);
        services.AddSingleton(CorsGate.Read(configuration));
        services.AddBilling();
    }

    private static void AddStorage(IServiceCollection services, IConfiguration configuration, ServerOptions options)
    {
        services.AddSingleton(_ => new DataFolder(configuration["REELAY_DATA"] is { Length: > 0 } path ? path : "./data"));
        services.AddDatabase(configuration, options.BusySeconds);
        services.AddSingleton<IKeyStore, SqlKeyStore>();
        services.AddSingleton<KeyUses>();
        services.AddSingleton<KeyRing>();
        services.AddHostedService<KeyUseKeeper>();
        services.AddSingleton<IAccountStore, SqlAccountStore>();
        services.AddSingleton<AccountBook>();
        services.AddSingleton<GroupCommitter>();
        services.AddSingleton<TaskIds>();
        services.AddSingleton(provider => new Ownership("node_" + provider.GetRequiredService<Randomness>().Text(16), provider.GetRequiredService<TimeProvider>()));
    }

    private static void AddAssets(IServiceCollection services, ServerOptions options, IReadOnlyList<WebOrigin> webhookOrigins, bool isShared)
    {
        services.AddSingleton(provider => new LocalAssetStore(
            provider.GetRequiredService<DataFolder>().Path("assets"), provider.GetRequiredService<Randomness>().Fill));
        services.TryAddSingleton<IAssetStore>(provider => provider.GetRequiredService<LocalAssetStore>());
        services.TryAddSingleton(_ => Fetching(options.Sandbox, webhookOrigins));
        services.TryAddSingleton(provider => new CheckedDialer(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<FetcherOptions>().MaxConnectTime));
        services.AddSingleton<OutboundHttp>();
        services.AddSingleton<MediaFetcher>();
        services.AddSingleton<ResultFetcher>();
        services.AddSingleton(provider => isShared ? LinkKeys.Of(provider.GetRequiredService<MasterKeys>()) : LinkKeys.Open(
            provider.GetRequiredService<DataFolder>().Path(LinkKeys.FileName), provider.GetRequiredService<Randomness>()));
        services.AddSingleton<LinkSigner>();
        services.AddSingleton<InputFetcher>();
    }

    // The sandbox's own origin may be fetched from although it is private, and documented requests find their files there.
    private static FetcherOptions Fetching(SandboxSettings sandbox, IReadOnlyList<WebOrigin> webhookOrigins)
    {
        if (!sandbox.Enabled) return new FetcherOptions { WebhookOrigins = webhookOrigins };
        var origin = new Uri($"http://127.0.0.1:{sandbox.Port}");
        return new FetcherOptions
        {
            MediaOrigins = [WebOrigin.Of(origin)],
            WebhookOrigins = [WebOrigin.Of(origin), .. webhookOrigins],
            Rewrites = [new HostRewrite("example.com", new Uri(origin, "/_sandbox/samples"))],
        };
    }

    private static void AddChannels(IServiceCollection services, IConfiguration configuration, ServerOptions options, string urls)
    {
        services.AddSingleton<ProviderSet>();
        services.TryAddSingleton<Func<HttpMessageInvoker>>(() => new HttpMessageInvoker(ChannelHttp.NewHandler(proxy: null)));
        services.AddSingleton<ChannelBuilder>();
        var notes = new List<string>();
        services.AddSingleton(new ChannelNotes(notes));
        var file = configuration["Reelay:ChannelsFile"] is { Length: > 0 } path ? new ChannelFile(path, configuration) : null;
        services.AddSingleton(new ChannelSettings(configuration, options.Sandbox, ChannelSources.OwnAddresses(urls), file, notes));
        services.AddSingleton<IChannelStore, SqlChannelStore>();
        services.AddSingleton<AdminChannels>();
        services.AddSingleton<ChannelVersions>();
        services.AddSingleton(provider => new AccountHolds(new SqlHoldStore(provider.GetRequiredService<Database>())));
        services.AddPrices(configuration);
        services.AddSingleton<ChannelRegistry>();
        services.AddSingleton(provider => provider.GetRequiredService<ChannelRegistry>().Channels);
        services.AddTransient(provider => provider.GetRequiredService<ChannelSet>().Now.Catalog);
        services.AddHostedService<ChannelWatch>();
    }

    private static void AddEngine(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(provider => new EngineGate(provider.GetRequiredService<TimeProvider>())
        {
            Assets = provider.GetRequiredService<AssetStoreState>(),
        });
        services.AddSingleton(provider => new TaskWriter(
            provider.GetRequiredService<GroupCommitter>(), provider.GetRequiredService<ITaskStore>(), provider.GetRequiredService<Ownership>(),
            options.Assets.Retention, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TaskWriter>>())
        {
            Accounts = provider.GetRequiredService<AccountBook>(),
        });
        services.AddSingleton<IInputLinks, SignedInputLinks>();
        services.AddSingleton(provider => new InputAddresses(
            provider.GetRequiredService<IInputLinks>(), options, new Lazy<bool>(() => ListensOnLoopbackOnly(provider.GetRequiredService<IServer>()))));
        services.AddSingleton<CallbackTokens>();
        services.AddSingleton<CallbackAddresses>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<EngineParts>(provider) with { Callbacks = provider.GetRequiredService<CallbackAddresses>() });
        services.AddSingleton<TaskEngine>();
        services.AddSingleton<CompletionEstimates>();
        services.AddSingleton<AssetJanitor>();
        services.AddSingleton(provider => new DiskWatch(
            provider.GetRequiredService<EngineGate>(), provider.GetRequiredService<DataFolder>().Root, options.MinFreeDisk,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DiskWatch>>()));
        services.AddSingleton<SqlDurationStore>();
        services.AddHostedService(provider => new DurationKeeper(
            provider.GetRequiredService<EngineParts>().Durations, provider.GetRequiredService<SqlDurationStore>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DurationKeeper>>()));
        services.AddSingleton<ClusterSize>();
        services.AddSingleton<ShardKeeper>();
        services.AddSingleton<EngineHost>();
        services.AddHostedService(provider => provider.GetRequiredService<EngineHost>());
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddSingleton<Api.Intents.IntentBook>();
        services.AddSingleton<Api.Intents.CreationIntents>();
        services.AddSingleton<Api.Intents.ReadNotes>();
        services.AddHostedService(provider => provider.GetRequiredService<Api.Intents.ReadNotes>());
        services.TryAddSingleton<RequestRates>();
        services.AddSingleton<KeyGate>();
        services.AddSingleton(provider => new Authentication(
            provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<KeyGate>(), new Lazy<bool>(() => ListensOnLoopbackOnly(provider.GetRequiredService<IServer>()))));
        services.AddSingleton<BaseUrls>();
        services.AddSingleton(provider =>
        {
            var reader = new TaskReader(provider.GetRequiredService<TaskEngine>(), provider.GetRequiredService<ITaskStore>(), provider.GetRequiredService<Api.Intents.ReadNotes>(),
                provider.GetRequiredService<Ownership>(), provider.GetRequiredService<TimeProvider>());
            var janitor = provider.GetRequiredService<AssetJanitor>();
            janitor.Discarded = reader.Forget;
            provider.GetRequiredService<TaskEngine>().Finished = task =>
            {
                if (task.DeletedAt is not null) janitor.Wake();
            };
            return reader;
        });
        services.AddSingleton<LibraryParts>();
        services.AddSingleton<OrderIntake>();
        services.AddSingleton<RequestPreview>();
        services.AddSingleton<EstimateEndpoint>();
        services.AddSingleton<TaskCreation>();
        services.AddSingleton<TaskIntents>();
        services.AddSingleton<ListReader>();
        services.AddSingleton<VideoAnswers>();
        services.AddSingleton<TaskWatch>();
        services.AddSingleton<EventStream>();
        services.AddSingleton<PromptLog>();
        services.AddSingleton<ContentRedirect>();
        services.AddSingleton<VideoEndpoints>();
        services.AddSingleton<ContentAccess>();
        services.AddSingleton<ContentEndpoints>();
        services.AddSingleton<ModelEndpoints>();
        services.AddSingleton<InputFiles>();
        services.AddSingleton<InputEndpoints>();
        services.AddSingleton<AdminChannelEndpoints>();
        services.AddSingleton<AdminGroups>();
        services.AddSingleton<AdminKeyChanges>();
        services.AddSingleton<AdminKeyCreation>();
        services.AddSingleton<AdminKeyEndpoints>();
        services.AddSingleton<AdminAccountChanges>();
        services.AddSingleton<AdminAccountEndpoints>();
        services.AddSingleton<AdminNodeEndpoints>();
        services.AddSingleton<AdminTaskEndpoints>();
        services.AddSingleton<AdminTaskActions>();
        services.AddSingleton<CallbackEndpoint>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton<OpenApiEndpoint>();
        services.TryAddSingleton(_ => new DocsEndpoints(Path.Combine(AppContext.BaseDirectory, DocsEndpoints.ViewerFolder)));
    }

    private static void AddArchives(IServiceCollection services, IConfiguration configuration)
    {
        var archives = ArchiveSettings.Read(configuration);
        services.AddSingleton(provider =>
        {
            var channels = provider.GetRequiredService<ChannelSet>();
            ArchiveSettings.Check(archives, channels);
            return new ArchiveReader(
                archives, channels, provider.GetRequiredService<EngineOptions>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ArchiveReader>>());
        });
        services.AddSingleton<ArchiveAnswers>();
        services.AddSingleton<ArchiveContent>();
    }

    private static bool ListensOnLoopbackOnly(IServer server) =>
        server.Features.Get<IServerAddressesFeature>()!.Addresses.All(address => new Uri(address.Replace("*", "0.0.0.0").Replace("+", "0.0.0.0")).IsLoopback);

    /// <summary>Checks what was read of a section.</summary>
    /// <exception cref="InvalidOperationException">A value is out of its bounds.</exception>
    public static void Check(object options, string section)
    {
        var mistakes = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), mistakes, validateAllProperties: true)) return;
        throw new InvalidOperationException($"{section}: " + string.Join("; ", mistakes.Select(mistake => mistake.ErrorMessage)));
    }
}
