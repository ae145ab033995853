using Reelay.Server.Api;

namespace Reelay.Server.Retention;

/// <summary>What removes what is past its period.</summary>
internal static class RetentionServices
{
    public static void AddRetention(this IServiceCollection services, RetentionSettings usual)
    {
        services.AddSingleton(usual);
        services.AddSingleton<IRetentionStore, SqlRetentionStore>();
        services.AddSingleton<RetentionSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionSweep>());
    }
}
