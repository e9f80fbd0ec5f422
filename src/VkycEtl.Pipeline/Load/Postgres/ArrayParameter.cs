using System.Data;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace VkycEtl.Pipeline.Load.Postgres;

/// <summary>A whole column as one parameter, with its type said: an array of nulls would not tell.</summary>
internal sealed class ArrayParameter(Array values, NpgsqlDbType elementType) : SqlMapper.ICustomQueryParameter
{
    public void AddParameter(IDbCommand command, string name) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | elementType) { Value = values });
}
