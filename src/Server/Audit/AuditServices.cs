using Reelay.Server.Api;

namespace Reelay.Server.Audit;

/// <summary>What keeps the audit log.</summary>
internal static class AuditServices
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<IAuditStore, SqlAuditStore>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<AdminAuditEndpoints>();
    }
}
