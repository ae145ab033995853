using Reelay.Server.Api.Billing;
using Reelay.Server.Storage;

namespace Reelay.Server.Billing;

/// <summary>What prices, the ledger's reading and its audit are made of.</summary>
internal static class BillingServices
{
    /// <summary>Prices, which the catalog is put together with.</summary>
    public static void AddPrices(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = PriceSettings.Read(configuration);
        services.AddSingleton(GroupFactors.Read(configuration));
        services.AddSingleton<IPriceStore, SqlPriceStore>();
        services.AddSingleton(provider => new PriceBook(settings, provider.GetRequiredService<IPriceStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Pricing>();
    }

    /// <summary>Everything that reads or corrects the ledger.</summary>
    public static void AddBilling(this IServiceCollection services)
    {
        services.AddSingleton<ILedger, SqlLedger>();
        services.AddSingleton<ILedgerAudit>(provider => new SqlLedgerAudit(provider.GetRequiredService<Database>()));
        services.AddSingleton<UsageEndpoints>();
        services.AddSingleton<AdminLedgerEndpoints>();
        services.AddSingleton<AdminPriceEndpoints>();
    }
}
