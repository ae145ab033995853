using Reelay.Server.Api;
using Reelay.Server.Assets.Fetching;

namespace Reelay.Server.Webhooks;

/// <summary>What telling callers is made of.</summary>
internal static class WebhookServices
{
    public static void AddWebhooks(this IServiceCollection services, WebhookOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<WebhookSubscriptions>();
        services.AddSingleton<WebhookUrls>();
        services.AddSingleton<IWebhookEndpointStore, SqlWebhookEndpointStore>();
        services.AddSingleton<IWebhookSecretStore, SqlWebhookSecretStore>();
        services.AddSingleton<WebhookSecretBook>();
        services.AddSingleton<IDeliveryStore, SqlDeliveryStore>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<DestinationBook>();
        services.AddSingleton<DeliveryPolicy>();
        services.AddSingleton<DeliveryCall>();
        services.AddSingleton<DeliveryLog>();
        services.AddSingleton<EndpointRoutes>();
        services.AddSingleton<EndpointTest>();
        services.AddSingleton<SecretRoutes>();
        services.AddSingleton<DeliveryRoutes>();
        services.AddSingleton<DeliveryWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
    }

    /// <summary>Reads <c>Reelay:Webhooks:AllowOrigins</c>: origins whose addresses are not checked, and where plain http may go.</summary>
    /// <exception cref="InvalidOperationException">One of them is no origin.</exception>
    public static IReadOnlyList<WebOrigin> ReadOrigins(IConfiguration configuration) =>
        [.. SettingWords.Of(configuration.GetSection("Reelay:Webhooks:AllowOrigins")).Select(text => WebOrigin.TryParse(text, out var origin)
            ? origin
            : throw new InvalidOperationException(
                $"Reelay:Webhooks:AllowOrigins has '{text}', which is no origin: scheme, host and port, for example http://127.0.0.1:8090."))];
}
